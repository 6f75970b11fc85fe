// Package browser lets tests use pages as people do: in a real Chromium, on a phone's or a desk's screen, in light
// or dark, with or without scripts, by mouse and keyboard. Whatever a page complains about to the console, above all
// what its content policy refused, fails the test; Axe checks a page against WCAG 2.2 AA as far as a program can.
//
// Chromium is found by RIGHTKEY_CHROMIUM, else as /usr/bin/chromium. Where it or the built assets are absent a test is
// skipped, but with RIGHTKEY_REQUIRE_DATA=1 it fails. Screenshots are kept where RIGHTKEY_SCREENSHOTS names a folder.
package browser
