// Package web is the shell in which every page of the house stands: header, navigation, breadcrumb and footer, the
// components pages are made of (tables that become cards on a phone, filters that live in the address, steps,
// progress, differences side by side, small charts with their data behind them), and the plumbing under a handler:
// who is looking, in which language and light, what is allowed to load, and how an error becomes a page.
//
// Every page works without its script, from 320 pixels, by keyboard, in both writing directions and on paper. The
// rules are those of WCAG 2.2 level AA and OWASP ASVS 5.0 level 2 (chapters 3 and 14).
package web
