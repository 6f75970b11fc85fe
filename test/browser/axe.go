package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"

	"rightkey/internal/testdata"
)

// axeSource is the checker as npm brings it.
var axeSource = sync.OnceValues(func() (string, error) {
	text, err := os.ReadFile(filepath.Join(testdata.Root(), "node_modules", "axe-core", "axe.min.js"))
	return string(text), err
})

// axeRun checks the document against every rule for WCAG 2.0 to 2.2, levels A and AA.
const axeRun = `axe.run(document, {
	runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
	resultTypes: ["violations"],
}).then(result => result.violations.map(v => ({
	rule: v.id, help: v.help, places: v.nodes.map(n => n.target.join(" ") + ": " + n.failureSummary),
})))`

type violation struct {
	Rule   string   `json:"rule"`
	Help   string   `json:"help"`
	Places []string `json:"places"`
}

// Axe fails the test for every violation of WCAG 2.2 AA that axe-core finds on the page as it stands, and for a page
// that is wider than its screen.
func (p *Page) Axe() {
	p.t.Helper()
	source, err := axeSource()
	if err != nil {
		missing(p.t, "axe-core (run `make assets`)")
	}
	p.do("load axe-core", chromedp.Evaluate[chromedp.Void](source+";0"))
	for _, v := range ask(p, "run axe-core", chromedp.Evaluate[[]violation](axeRun, chromedp.EvalAwaitPromise)) {
		p.t.Errorf("%s (%s):\n  %s", v.Rule, v.Help, strings.ReplaceAll(strings.Join(v.Places, "\n  "), "\n", "\n  "))
	}
	p.Fits()
}

// Fits fails the test for a page that is wider than its screen.
func (p *Page) Fits() {
	p.t.Helper()
	if wide := p.overflow(); wide != "" {
		p.t.Errorf("the page is wider than the screen: %s", wide)
	}
}

// overflow names the elements that reach beyond the screen, if the page can be scrolled sideways.
func (p *Page) overflow() string {
	p.t.Helper()
	type measure struct {
		Page   int      `json:"page"`
		Screen int      `json:"screen"`
		Wide   []string `json:"wide"`
	}
	m := Eval[measure](p, `(() => {
		const screen = document.documentElement.clientWidth;
		const wide = [...document.querySelectorAll("body *")]
			.filter(e => e.getBoundingClientRect().right > screen + 1 || e.getBoundingClientRect().left < -1)
			.slice(0, 5).map(e => e.tagName.toLowerCase() + "." + e.className);
		return {page: document.documentElement.scrollWidth, screen, wide};
	})()`)
	if m.Page <= m.Screen {
		return ""
	}
	return fmt.Sprintf("%d of %d pixels, as %s", m.Page, m.Screen, strings.Join(m.Wide, ", "))
}
