package page_test

import (
	"testing"
)

func TestAFormIsAboutTheAnswersOfOneYear(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t) // answers of 2013
		file := "/households/" + h.find(t, "11001001").Number
		path := file + "/change"
		form := h.get(t, clerk, path+"?section=boats&year=2014").want(t, "a new year", 200, `name="year" value="2014"`, `name="b.drift_nets" value=""`, "answered anew for each year", path+"?section=boats&amp;year=2013").
			without(t, "a new year", `value="3"`, "valid_on")
		h.post(t, clerk, path, "section", "boats", "year", "2014", "ver", hidden(t, form.body, "ver"), "b.drift_nets", "", "f.drift_nets", "8", "b.catch_value", "", "f.catch_value", "", "reason", "visit").want(t, "save", 303)
		h.get(t, clerk, file).want(t, "the latest", 200, "Boats and nets · 2014", "<bdi>8</bdi>", file+"?year=2013", "Latest answers").without(t, "the latest", "100 OST")
		h.get(t, clerk, file+"?year=2013").want(t, "the year before", 200, "Boats and nets · 2013", "<bdi>3</bdi>", "100 OST").without(t, "the year before", "<bdi>8</bdi>")
		old := h.get(t, clerk, path+"?section=boats&year=2013").want(t, "the old year", 200, `name="b.drift_nets" value="3"`)
		h.post(t, clerk, path, "section", "boats", "year", "2013", "ver", hidden(t, old.body, "ver"), "b.drift_nets", "3", "f.drift_nets", "2", "reason", "miscounted").want(t, "correct", 303)
		h.get(t, clerk, file).want(t, "the latest again", 200, "Boats and nets · 2014", "<bdi>8</bdi>")
		h.get(t, clerk, file+"?year=2012").want(t, "nothing of that year", 200, "Boats and nets · 2012").without(t, "nothing of that year", "<bdi>8</bdi>", "100 OST")
		for _, query := range []string{"?year=x", "?year=99999", "?year=0"} {
			h.get(t, clerk, file+query).want(t, query, 400, "not a year")
		}
	})
}
