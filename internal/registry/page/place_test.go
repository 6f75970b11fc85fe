package page_test

import (
	"strings"
	"testing"

	"rightkey/internal/store/storetest"
	"rightkey/test/stand"
)

func TestTheFormOfAnAreaIsShownFilledAndSeenBesideTheRegister(t *testing.T) {
	h := open(t, stand.New(t, storetest.SQLite(t), "2-3-3"))
	h.fill(t)
	const form = "/areas/11001001/form"
	h.get(t, village, form).want(t, "an empty form", 200, "The shore", "Hearths", "Counted by the register", form+"/change?section=shore")
	h.get(t, analyst, form).want(t, "who sees no households sees no counts of them", 200, "The shore").without(t, "what is not shown", "Counted by the register", form+"/change")
	h.get(t, south, form).want(t, "another county", 404)
	h.get(t, office, "/areas/11001000/form").want(t, "a level without a form", 404)
	h.get(t, village, form+"/change?section=shore&year=2013").want(t, "the questions", 200, "Jetty", `value="2013"`).without(t, "what is not shown", "Where the wreck lies")
	h.post(t, village, form+"/change", "section", "shore", "year", "2013", "ver", "1", "f.hearths", "x", "b.hearths", "", "reason", "visit").want(t, "no number", 400, "whole number")
	h.post(t, village, form+"/change", "section", "shore", "year", "2013", "ver", "1", "f.hearths", "41", "b.hearths", "", "f.jetty", "true", "b.jetty", "", "reason", "visit").want(t, "answers", 303)
	h.get(t, village, form).want(t, "the latest answers", 200, "The shore 2013", "41", "differs", form+"?year=2013")
	h.get(t, village, form+"?year=2012").want(t, "another year", 200).without(t, "what is not shown", "41")
	h.post(t, village, form+"/change", "section", "shore", "year", "2013", "ver", "1", "f.hearths", "42", "b.hearths", "41", "reason", "visit").want(t, "a stale form", 412)
	h.post(t, village, form+"/change", "section", "shore", "year", "2013", "ver", "2", "f.stranded_share", "12.5", "b.stranded_share", "", "reason", "visit").want(t, "a protected figure", 303)
	_, rest, _ := strings.Cut(h.get(t, office, "/changes").body, `href="/changes/`)
	number, _, _ := strings.Cut(rest, `"`)
	h.get(t, office, "/changes/"+number).want(t, "its review", 200, "Hamlet 11001001", "Share of the stranded", `href="`+form+`"`)
}
