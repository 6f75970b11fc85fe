package web_test

import (
	"fmt"
	"strings"
	"testing"

	"rightkey/internal/i18n"
	"rightkey/internal/web/assets"
	"rightkey/test/browser"
)

func TestPagesWorkWithoutScripts(t *testing.T) {
	site, chromium := gallery(t), browser.Start(t)
	page := chromium.Page(t, browser.View{NoScript: true, Width: 360, Languages: "en"})
	page.Open(site.URL + "/work")
	if text := page.Text("#import"); !strings.Contains(text, "0 of 100") {
		t.Errorf("the progress says %q", text)
	}
	if status := page.Follow("#import noscript a"); status != 200 || page.Location() != site.URL+"/work" {
		t.Errorf("the link to the present state answers %d at %s", status, page.Location())
	}
	page.Click("[popovertarget=navigation]")
	page.Wait("#navigation a[href='/forms']")
	page.Follow("#navigation a[href='/forms']")
	page.Click("[popovertarget=display-menu]")
	page.Wait("#display-menu button[value=zh]")
	page.Follow("#display-menu button[value=zh]")
	if page.Location() != site.URL+"/forms" || !strings.Contains(page.Text("main"), "选填") {
		t.Errorf("after choosing a language, %s says\n%s", page.Location(), page.Text("main"))
	}
}

func TestProgressRenewsItselfUntilTheWorkHasEnded(t *testing.T) {
	site, chromium := gallery(t), browser.Start(t)
	page := chromium.Page(t, browser.View{Languages: "en"})
	page.Open(site.URL + "/work")
	page.Wait("#import .tone-good")
	if text := page.Text("#import"); !strings.Contains(text, "100 of 100") || !strings.Contains(text, "applied") {
		t.Errorf("the progress ends with %q", text)
	}
	page.Axe()
}

func TestTheLightCanBeChosenAgainstTheDevice(t *testing.T) {
	site, chromium := gallery(t), browser.Start(t)
	page := chromium.Page(t, browser.View{Dark: true, Languages: "en"})
	page.Open(site.URL + "/records")
	ground := func() string {
		return browser.Eval[string](page, `getComputedStyle(document.body).backgroundColor`)
	}
	dark := ground()
	page.Click("[popovertarget=display-menu]")
	page.Screenshot("menu-dark")
	page.Follow("#display-menu button[value=light]")
	light := ground()
	if dark == light {
		t.Errorf("the ground stays %s", dark)
	}
	page.Axe()
	page.Click("[popovertarget=display-menu]")
	page.Follow("#display-menu button[value=auto]")
	if ground() != dark {
		t.Errorf("the ground is %s with the device's own choice, want %s", ground(), dark)
	}
}

// walkLimit is more stops of the focus than any gallery page has.
const walkLimit = 80

func TestEveryControlIsReachedByKeyboardAndSeenWhenFocused(t *testing.T) {
	site, chromium := gallery(t), browser.Start(t)
	for _, width := range []int64{360, 1280} {
		for _, path := range []string{"/records", "/forms"} {
			page := chromium.Page(t, browser.View{Width: width, Height: 500, Languages: "en"})
			page.Open(site.URL + path)
			browser.Eval[bool](page, `document.activeElement.blur() || true`)
			seen := map[string]bool{}
			for range walkLimit {
				seen[page.Tab()] = true
				if hidden := browser.Eval[string](page, focusHidden); hidden != "" {
					t.Errorf("%s at %d: %s", path, width, hidden)
				}
			}
			for _, stop := range []string{"a:Skip to content", "a:rightkey", "button:English Language and display"} {
				if !seen[stop] {
					t.Errorf("%s at %d: the focus never reaches %q, only %v", path, width, stop, keys(seen))
				}
			}
		}
	}
}

// focusHidden says what is wrong with the focused element: outside the window, covered at its middle, or without
// any mark of focus.
const focusHidden = `(e => {
	if (e === document.body) return "";
	const r = e.getClientRects()[0], name = e.outerHTML.slice(0, 80);
	const x = r.left + Math.min(r.width, innerWidth - r.left) / 2, y = r.top + Math.min(r.height, 40) / 2;
	if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return "focus is out of sight: " + name;
	const top = document.elementFromPoint(x, y);
	if (!top || !(e.contains(top) || top.contains(e) || e.parentElement.contains(top))) return "focus is covered by " + (top && top.outerHTML.slice(0, 80)) + ": " + name;
	const s = getComputedStyle(e);
	if (s.outlineStyle === "none" && s.boxShadow === "none") return "focus is not seen: " + name;
	return "";
})(document.activeElement)`

func keys(set map[string]bool) []string {
	var list []string
	for key := range set {
		list = append(list, key)
	}
	return list
}

func TestRightToLeftMirrorsThePage(t *testing.T) {
	site, chromium := gallery(t), browser.Start(t)
	for _, width := range []int64{360, 1280} {
		page := chromium.Page(t, browser.View{Width: width, Languages: "en"})
		for _, path := range []string{"/records", "/forms", "/charts"} {
			page.Open(site.URL + path)
			browser.Await[bool](page, fmt.Sprintf(`new Promise(done => {
				document.documentElement.dir = "rtl";
				const link = document.querySelector("link[rel=stylesheet]");
				link.onload = () => done(true);
				link.href = %q;
			})`, assets.Path("app.rtl.css")))
			page.Screenshot(fmt.Sprintf("rtl-%s-%d", path[1:], width))
			page.Axe()
			start := browser.Eval[float64](page, `document.querySelector(".brand").getBoundingClientRect().left`)
			if start < float64(width)/2 && width > 400 {
				t.Errorf("%s at %d: the name stands at %v, on the left", path, width, start)
			}
		}
	}
}

func TestLongerWordsAndTheNarrowestScreenBurstNoPage(t *testing.T) {
	site, chromium := gallery(t), browser.Start(t)
	page := chromium.Page(t, browser.View{Width: 320, Languages: "en"})
	page.Open(site.URL + "/records")
	browser.Await[bool](page, fmt.Sprintf(`fetch("/preferences", {method: "POST", redirect: "manual",
		body: new URLSearchParams({lang: %q})}).then(() => true)`, i18n.Pseudo))
	for _, path := range []string{"/records", "/forms", "/charts", "/work"} {
		page.Open(site.URL + path)
		if !strings.Contains(page.Text("footer"), "[") {
			t.Fatalf("%s is not in the pseudo-language: %q", path, page.Text("footer"))
		}
		page.Screenshot("pseudo-" + path[1:])
		page.Axe()
	}
}

func TestAnInlineScriptDoesNotRun(t *testing.T) {
	site, chromium := gallery(t), browser.Start(t)
	page := chromium.Page(t, browser.View{Languages: "en"})
	page.Allow("Content Security Policy")
	page.Open(site.URL + "/records")
	ran := browser.Eval[bool](page, `(() => {
		const script = document.createElement("script");
		script.textContent = "window.ran = true";
		document.body.append(script);
		return window.ran === true;
	})()`)
	if ran {
		t.Error("an inline script without nonce ran")
	}
}

func TestAFormIsSentOnce(t *testing.T) {
	site, chromium := gallery(t), browser.Start(t)
	page := chromium.Page(t, browser.View{Languages: "en"})
	page.Open(site.URL + "/work")
	twice := browser.Eval[string](page, `(() => {
		const form = document.querySelector(".action-form"), outcome = [];
		form.addEventListener("submit", e => { outcome.push(e.defaultPrevented); });
		document.addEventListener("submit", e => { outcome.push(e.defaultPrevented); e.preventDefault(); });
		form.requestSubmit(); form.requestSubmit();
		return outcome.join();
	})()`)
	if twice != "false,false,false,true" {
		t.Errorf("sending twice goes %s", twice)
	}
}

func TestOnPaperThereAreNoBarsAndButtons(t *testing.T) {
	site, chromium := gallery(t), browser.Start(t)
	page := chromium.Page(t, browser.View{Languages: "en", Print: true})
	page.Open(site.URL + "/records")
	page.Paper("records")
	shown := browser.Eval[string](page, `[".topbar", ".navigation", ".filters", ".pager-links", ".title-row .actions"]
		.filter(s => document.querySelector(s).checkVisibility()).join()`)
	if shown != "" {
		t.Errorf("printed: %s", shown)
	}
}
