package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"rightkey/internal/testdata"
	"rightkey/internal/web/assets"
)

// patience is how long any one step on a page may take.
const patience = 30 * time.Second

// Browser is one running Chromium. It ends with the test that started it.
type Browser struct{ ctx context.Context }

// Start starts a Chromium that reaches nothing but this machine.
func Start(t testing.TB) *Browser {
	t.Helper()
	path := find(t)
	if !assets.Built() {
		missing(t, "the pages' style sheet and script (run `make assets`)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"),
	)
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeBrowser := chromedp.NewContext(allocator)
	t.Cleanup(closeBrowser)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return &Browser{ctx: ctx}
}

// find returns the path of Chromium; it skips, or fails where nothing may be skipped, if there is none.
func find(t testing.TB) string {
	t.Helper()
	for _, name := range []string{os.Getenv("RIGHTKEY_CHROMIUM"), "/usr/bin/chromium", "chromium", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, "Chromium")
	return ""
}

// missing skips a test for want of something, or fails it where nothing may be skipped.
func missing(t testing.TB, what string) {
	t.Helper()
	if testdata.Required() {
		t.Fatalf("%s is required and absent", what)
	}
	t.Skipf("1 test skipped: %s absent", what)
}

// View is how a page is looked at. The zero View is a desk's screen in light with scripts.
type View struct {
	Width     int64 // in pixels; 1280 if 0
	Height    int64 // 800 if 0
	Dark      bool  // the device asks for dark
	NoScript  bool
	Print     bool   // as on paper
	Languages string // Accept-Language; the browser's own if empty
}

// Page is one tab with cookies of its own.
type Page struct {
	t   testing.TB
	ctx context.Context

	mu         sync.Mutex
	complaints []string
	allowed    []string
}

// Page opens an empty tab. When the test ends, whatever the page complained about fails it.
func (b *Browser) Page(t testing.TB, view View) *Page {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(closeTab)
	p := &Page{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	p.Look(view)
	t.Cleanup(p.report)
	return p
}

// For is the same tab with another test to fail.
func (p *Page) For(t testing.TB) *Page {
	return &Page{t: t, ctx: p.ctx}
}

// Look changes how the page is looked at.
func (p *Page) Look(view View) {
	p.t.Helper()
	width, height, scheme, medium := view.Width, view.Height, "light", "screen"
	if width == 0 {
		width = 1280
	}
	if height == 0 {
		height = 800
	}
	if view.Dark {
		scheme = "dark"
	}
	if view.Print {
		medium = "print"
	}
	p.do("set up the screen", chromedp.EmulateViewport(width, height))
	p.do("set up the tab", call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media:    medium,
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}))
	p.do("set up scripts", call(emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: view.NoScript}))
	if view.Languages != "" {
		p.do("set up languages", call(network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
			Headers: network.Headers{"Accept-Language": view.Languages},
		}))
	}
}

// hear notes what the page complains about.
func (p *Page) hear(event any) {
	complaint := ""
	switch e := event.(type) {
	case *cdpruntime.EventExceptionThrown:
		complaint = "exception: " + e.ExceptionDetails.Text
		if thrown := e.ExceptionDetails.Exception; thrown != nil {
			complaint += " " + thrown.Description
		}
	case *cdpruntime.EventConsoleAPICalled:
		if e.Type == "error" && len(e.Args) > 0 {
			complaint = fmt.Sprintf("console: %s %s", e.Args[0].Value, e.Args[0].Description)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			complaint = fmt.Sprintf("%s: %s (%s)", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	}
	if complaint != "" {
		p.mu.Lock()
		p.complaints = append(p.complaints, complaint)
		p.mu.Unlock()
	}
}
