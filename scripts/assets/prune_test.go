package main

import (
	"strings"
	"testing"
)

func TestPruneKeepsWhatAPageCanUseAndDropsTheRest(t *testing.T) {
	used := names{"table": true, "card": true, "d-none": true}
	cases := []struct{ name, css, want string }{
		{"a used class stays", `.table{a:b}`, `.table{a:b}`},
		{"an unused class goes", `.carousel{a:b}`, ``},
		{"of a list the matching selectors stay", `.carousel,.table,p{a:b}`, `.table,p{a:b}`},
		{"every class of a selector must be used", `.table .carousel{a:b}`, ``},
		{"a class inside parentheses does not decide", `.card:not(.carousel){a:b}`, `.card:not(.carousel){a:b}`},
		{"elements and attributes stay", `a[href$=".pdf"]{a:b}`, `a[href$=".pdf"]{a:b}`},
		{"an emptied condition goes", `@media print{.carousel{a:b}}`, ``},
		{"a condition keeps its used rules", `@media print{.carousel{a:b}.table{a:b}}`, `@media print{.table{a:b}}`},
		{"braces in strings are text", `.table{content:"}"}.card{a:b}`, `.table{content:"}"}.card{a:b}`},
		{"braces in addresses are text", `.table{a:url(data:x}y)}.card{a:b}`, `.table{a:url(data:x}y)}.card{a:b}`},
		{"a property that nothing reads goes", `:root{--a:1;--b:2}p{x:var(--b)}`, `:root{--b:2}p{x:var(--b)}`},
		{"also one that only a dropped property read", `:root{--a:1;--b:var(--a)}p{x:1}`, `p{x:1}`},
		{"key frames that nothing plays go", `@keyframes spin{to{a:b}}p{a:b}`, `p{a:b}`},
		{"key frames that are played stay", `@keyframes spin{to{a:b}}p{animation:1s spin}`, `@keyframes spin{to{a:b}}p{animation:1s spin}`},
		{"a licence stays, other comments go", "/*! MIT *//* note */p{a:b}", "/*! MIT */\np{a:b}"},
		{"statements stay", `@charset "UTF-8";p{a:b}`, "@charset \"UTF-8\";\np{a:b}"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := prune(c.css, used); got != c.want {
				t.Errorf("prune(%q) = %q, want %q", c.css, got, c.want)
			}
		})
	}
}

func FuzzPruneEndsAndAddsNothing(f *testing.F) {
	for _, seed := range []string{`.a{b:c}`, `@media x{.a{b:"}"}}`, `/*! x`, `a{`, `}`, `@x;`, `a\{b{c:url(`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, css string) {
		once := prune(css, names{"a": true})
		if strings.Count(once, "{") > strings.Count(css, "{") {
			t.Errorf("prune added blocks to %q: %q", css, once)
		}
	})
}

func TestImagesInAStyleSheetBecomeFiles(t *testing.T) {
	css := `.a{background:url("data:image/svg+xml,%3csvg a='b(c)'/%3e")}.b{background:url("x.png")}`
	out, images, err := extractImages(css)
	if err != nil {
		t.Fatal(err)
	}
	if len(images) != 1 || strings.Contains(out, "data:") || !strings.Contains(out, `url("x.png")`) {
		t.Fatalf("extractImages(%q) = %q with %d images", css, out, len(images))
	}
	for name, image := range images {
		if image != "<svg a='b(c)'/>" || !strings.Contains(out, name) {
			t.Errorf("image %s is %q in %q", name, image, out)
		}
	}
}
