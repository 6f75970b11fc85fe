package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// call makes a step of a protocol command.
func call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}

// do runs a step within patience; a failure ends the test, naming what was tried.
func (p *Page) do(what string, step chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, step); err != nil {
		p.Screenshot("failed")
		p.t.Fatalf("%s: %v", what, err)
	}
}

// ask runs a step within patience and returns what it says.
func ask[T any](p *Page, what string, step chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	answer, err := chromedp.Run(ctx, step)
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
	return answer
}

// Open goes to an address and returns the HTTP status of the page.
func (p *Page) Open(url string) int {
	p.t.Helper()
	return int(ask(p, "open "+url, chromedp.NavigateResponse(url)).Status)
}

// Follow clicks an element that leads to another page, waits for that page and returns its HTTP status.
func (p *Page) Follow(selector string) int {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector)))
	if err != nil {
		p.Screenshot("failed")
		p.t.Fatalf("follow %s: %v", selector, err)
	}
	return int(response.Status)
}

// Click clicks an element that leads nowhere else.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Type empties a field and writes text into it.
func (p *Page) Type(selector, text string) {
	p.t.Helper()
	Eval[bool](p, fmt.Sprintf("document.querySelector(%q).value = '', true", selector))
	p.do("type into "+selector, chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Choose chooses the answer with a value from a list.
func (p *Page) Choose(selector, value string) {
	p.t.Helper()
	p.do("choose in "+selector, chromedp.SetValue(chromedp.CSS(selector), value))
}

// Upload gives files to a file field.
func (p *Page) Upload(selector string, paths ...string) {
	p.t.Helper()
	p.do("upload by "+selector, chromedp.SetUploadFiles(chromedp.CSS(selector), paths))
}

// Press presses keys on whatever has the focus; kb names those that write nothing ("\t" is kb.Tab).
func (p *Page) Press(keys string) {
	p.t.Helper()
	p.do("press keys", chromedp.KeyEvent(keys))
}

// Tab moves the focus on by one and returns a short description of what has it now.
func (p *Page) Tab() string {
	p.t.Helper()
	p.Press(kb.Tab)
	return Eval[string](p, `(e => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + ":" + (e.textContent.trim() || e.name || "").slice(0, 40))(document.activeElement)`)
}

// Wait waits until an element is visible.
func (p *Page) Wait(selector string) {
	p.t.Helper()
	p.do("wait for "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
}

// WaitGone waits until no such element is there.
func (p *Page) WaitGone(selector string) {
	p.t.Helper()
	p.do("wait for the end of "+selector, chromedp.WaitNotPresent(chromedp.CSS(selector)))
}

// Text returns the visible text of the first element that matches.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return strings.TrimSpace(ask(p, "read "+selector, chromedp.Text(chromedp.CSS(selector))))
}

// Location returns the address of the page.
func (p *Page) Location() string {
	p.t.Helper()
	return ask(p, "read the address", chromedp.Location())
}

// Eval returns the value of a JavaScript expression on the page.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	return ask(p, "evaluate", chromedp.Evaluate[T](expression))
}

// Await returns what the promise of a JavaScript expression on the page comes to.
func Await[T any](p *Page, expression string) T {
	p.t.Helper()
	return ask(p, "evaluate", chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Screenshot keeps a picture of the whole page as name.png where RIGHTKEY_SCREENSHOTS names a folder.
func (p *Page) Screenshot(name string) {
	if folder := os.Getenv("RIGHTKEY_SCREENSHOTS"); folder != "" {
		p.keep(filepath.Join(folder, name+".png"), chromedp.FullScreenshot(100))
	}
}

// Paper keeps the page as it is printed as name.pdf where RIGHTKEY_SCREENSHOTS names a folder.
func (p *Page) Paper(name string) {
	if folder := os.Getenv("RIGHTKEY_SCREENSHOTS"); folder != "" {
		p.keep(filepath.Join(folder, name+".pdf"), chromedp.PrintToPDF())
	}
}

// PDF is the page as it is printed, on the paper that its style sheet names.
func (p *Page) PDF() []byte {
	p.t.Helper()
	own := true
	p.do("look at the printed page", call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}))
	return ask(p, "print", chromedp.PrintToPDF(func(q *page.PrintToPDFParams) { q.PreferCSSPageSize, q.PrintBackground = &own, &own }))
}

// keep writes what a step makes into a file; a failure is noted but fails no test.
func (p *Page) keep(path string, step chromedp.Action[[]byte]) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	content, err := chromedp.Run(ctx, step)
	if err == nil {
		err = os.WriteFile(path, content, 0o644)
	}
	if err != nil {
		p.t.Logf("keep %s: %v", filepath.Base(path), err)
	}
}

// Allow names a complaint that is expected on this page (a part of its text), as the answer 404 of an error page.
func (p *Page) Allow(part string) { p.allowed = append(p.allowed, part) }

// Complaints returns what the page has complained about so far, without what was allowed.
func (p *Page) Complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var left []string
	for _, complaint := range p.complaints {
		if !p.expected(complaint) {
			left = append(left, complaint)
		}
	}
	return left
}

// Forget returns what Complaints does, and begins anew.
func (p *Page) Forget() []string {
	left := p.Complaints()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.complaints = nil
	return left
}

func (p *Page) expected(complaint string) bool {
	for _, part := range p.allowed {
		if strings.Contains(complaint, part) {
			return true
		}
	}
	return false
}

// report fails the test with what the page complained about.
func (p *Page) report() {
	for _, complaint := range p.Complaints() {
		p.t.Errorf("the page complains: %s", complaint)
	}
}
