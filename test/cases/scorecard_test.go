package cases

import (
	"testing"

	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	identifypage "rightkey/internal/identify/page"
	identifyrest "rightkey/internal/identify/rest"
	"rightkey/internal/web"
	"rightkey/test/browser"
	"rightkey/test/visitor"
)

func TestThePageOfAScorecardShowsWhatTheAPITells(t *testing.T) {
	each(t, levelled, func(c *county) {
		identifypage.Register(c.pages.Server, identifypage.Needs{Identify: c.Identify, Registry: c.Registry, Desk: web.Desk{Caller: visitor.Caller}})
		var told struct{ Items []identifyrest.Scorecard }
		c.API.Get(t, office, "/packs/"+c.Pack.Hash+"/scorecards").Want(t, 200).Read(t, &told)
		card := identify.SectionOf(c.Pack).Cards[0]
		if len(told.Items) != 1 || told.Items[0].Code != card.Code || len(told.Items[0].Questions) != len(card.Questions) || told.Items[0].Model == nil {
			t.Fatalf("the scorecards are %+v", told.Items)
		}
		m := told.Items[0].Model
		if len(m.Tenths) != 10 || len(m.Errors) != len(card.Accuracy()) || m.Rows != card.Model.Rows || len(m.Bands) != len(card.Model.Bands) {
			t.Errorf("%d tenths, %d errors, %d rows", len(m.Tenths), len(m.Errors), m.Rows)
		}
		page := c.pages.Get(t, office, "/packs/"+c.Pack.Hash+"/rules").Want(t, 200, i18n.T("en", "identify.judging.tenths"), i18n.T("en", "identify.judging.errors"), i18n.Decimal("en", m.AUC, 3))
		for _, tenth := range m.Tenths {
			page.Want(t, 200, i18n.Percent("en", tenth.Observed.Share, 1), i18n.Percent("en", tenth.Observed.High, 1), i18n.Percent("en", tenth.Expected, 1))
		}
		for _, at := range m.Errors {
			page.Want(t, 200, i18n.Percent("en", at.Exclusion.Share, 1), i18n.Percent("en", at.Inclusion.Low, 1))
		}
		c.API.Get(t, office, "/packs/0000000000000000000000000000000000000000000000000000000000000000/scorecards").Want(t, 404)
	})
}

func TestTheAccuracyOfAModelCanBeReadInTheBrowser(t *testing.T) {
	d := sit(t, levelled, "model")
	identifypage.Register(d.pages.Server, identifypage.Needs{Identify: d.Identify, Registry: d.Registry, Desk: web.Desk{Caller: visitor.Caller}})
	for _, view := range []browser.View{{Width: 1920, Languages: "en"}, {Width: 1280, Languages: "zh"}, {Width: 360, Languages: "zh"}, {Width: 360, Languages: "ur"}} {
		d.tab.Look(view)
		d.visit(office, "/packs/"+d.Pack.Hash+"/rules")
		d.look("rules-" + view.Languages)
		if n := browser.Eval[int](d.tab, `document.querySelectorAll(".curve-line").length`); n != 4 {
			t.Errorf("%d lines of tenths and errors", n)
		}
	}
}
