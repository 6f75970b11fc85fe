package browser

import (
	_ "embed"
	"strings"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// legible finds text that cannot be read as it stands.
//
//go:embed legible.js
var legible string

// focusable finds what can be acted on, and notes what gets the focus and whether that is seen.
//
//go:embed focusable.js
var focusable string

// Cookie gives the tab a cookie of a site.
func (p *Page) Cookie(url, name, value string) {
	p.t.Helper()
	p.do("set a cookie", call(network.SetCookie, network.SetCookieParams{URL: url, Name: name, Value: value}))
}

// Legible fails the test for text that stands over other text, is broken into single signs one below the other, in the
// middle of a word, or is the key of a message instead of the message, and for a table that runs out of its box.
func (p *Page) Legible() {
	p.t.Helper()
	for _, fault := range ask(p, "look at the text", chromedp.Evaluate[[]string](legible)) {
		p.t.Errorf("text that cannot be read: %s", fault)
	}
}

// tabs is how often the tab key is pressed at most: more controls than any page has.
const tabs = 400

// Keyboard walks through the page with the tab key and fails the test for a control that is never reached, and for one
// that does not show that it has the focus.
func (p *Page) Keyboard() {
	p.t.Helper()
	count := Eval[int](p, focusable+".begin()")
	for range min(count+2, tabs) {
		p.do("press the tab key", chromedp.KeyEvent(kb.Tab))
	}
	if faults := Eval[[]string](p, focusable+".end()"); len(faults) > 0 {
		p.t.Errorf("with the keyboard:\n  %s", strings.Join(faults, "\n  "))
	}
}
