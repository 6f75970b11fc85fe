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
		list := h.Get(t, register.Clerk, "/problems?rule=H07").Want(t, 200, text, `href="`+form+`"`, "Form of the area").Body
		path := problemLink.FindStringSubmatch(list)[1]
		h.Get(t, register.Clerk, path).Want(t, 200, text, `href="`+form+`"`, fix, "Hearth Act 25")
		h.Get(t, register.South, path).Want(t, 404)
		h.Get(t, register.Clerk, "/").Want(t, 200, text)
		h.Get(t, register.Clerk, form).Want(t, 200, text, fix, path)
		h.Get(t, register.County, "/problems/export?rule=H07").Want(t, 200, "H07,")
		page := h.Get(t, register.Analyst, form).Want(t, 200, "The shore").Body
		absent(t, page, text)
		h.Post(t, register.Clerk, path+"/claim", "ver", "1").Want(t, 303)
		h.Post(t, register.Clerk, path+"/accept", "ver", "2", "reason", "at sea").Want(t, 303)
		h.Get(t, register.Clerk, form).Want(t, 200, text, "at sea", "accepted")
	})
}

func absent(t *testing.T, page, text string) {
	t.Helper()
	if strings.Contains(page, text) {
		t.Errorf("the page shows %q", text)
	}
}
