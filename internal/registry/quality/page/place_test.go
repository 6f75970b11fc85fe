package page_test

import (
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/registry/quality"
	"rightkey/test/register"
)

func TestAProblemOfAFormIsOnTheListOnItsPageAndOnTheForm(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		h := open(t, r)
		const hamlet, form = 11001001, "/areas/11001001/form"
		scope := r.Scope(t, register.County, access.HouseholdEdit)
		at, err := r.Registry.OpenPlace(t.Context(), scope, hamlet)
		if err != nil {
			t.Fatal(err)
		}
		day := clock.Date(2013, 12, 31)
		if _, err := r.Changes.Submit(t.Context(), scope, change.Draft{Source: change.Page, Title: "form", Reason: "visit", ValidOn: &day,
			Rows: []change.Row{{SubjectKind: at.Kind, Subject: at.ID, BaseVer: at.Ver, Set: change.Values{"hearths": int64(9)}}}}); err != nil {
			t.Fatal(err)
		}
		j, err := r.Quality.Start(t.Context(), r.Scope(t, register.County, access.AssessRun), quality.RunArgs{})
		if err != nil {
			t.Fatal(err)
		}
		r.Wait(t, register.County, j.ID)

		const text, fix = "H07 the hamlet states another number of hearths", form + "/change?section=shore#field-f-hearths"
		list, _ := h.ask(t, register.Clerk, "GET", "/problems?rule=H07", nil, 200, text, `href="`+form+`"`, "Form of the area")
		path := problemLink.FindStringSubmatch(list)[1]
		h.ask(t, register.Clerk, "GET", path, nil, 200, text, `href="`+form+`"`, fix, "Hearth Act 25")
		h.ask(t, register.South, "GET", path, nil, 404)
		h.ask(t, register.Clerk, "GET", "/", nil, 200, text)
		h.ask(t, register.Clerk, "GET", form, nil, 200, text, fix, path)
		h.ask(t, register.County, "GET", "/problems/export?rule=H07", nil, 200, "H07,")
		page, _ := h.ask(t, register.Analyst, "GET", form, nil, 200, "The shore")
		absent(t, page, text)
		h.ask(t, register.Clerk, "POST", path+"/claim", map[string][]string{"ver": {"1"}}, 303)
		h.ask(t, register.Clerk, "POST", path+"/accept", map[string][]string{"ver": {"2"}, "reason": {"at sea"}}, 303)
		h.ask(t, register.Clerk, "GET", form, nil, 200, text, "at sea", "accepted")
	})
}

func absent(t *testing.T, page, text string) {
	t.Helper()
	if strings.Contains(page, text) {
		t.Errorf("the page shows %q", text)
	}
}
