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
	h.Get(t, village, form).Want(t, 200, "The shore", "Hearths", "Counted by the register", form+"/change?section=shore") // an empty form
	h.Get(t, analyst, form).Want(t, 200, "The shore").Without(t, "Counted by the register", form+"/change")               // who sees no households sees no counts of them
	h.Get(t, south, form).Want(t, 404)
	h.Get(t, office, "/areas/11001000/form").Want(t, 404) // a level without a form
	h.Get(t, village, form+"/change?section=shore&year=2013").Want(t, 200, "Jetty", `value="2013"`).Without(t, "Where the wreck lies")
	h.Post(t, village, form+"/change", "section", "shore", "year", "2013", "ver", "1", "f.hearths", "x", "b.hearths", "", "reason", "visit").Want(t, 400, "whole number")
	h.Post(t, village, form+"/change", "section", "shore", "year", "2013", "ver", "1", "f.hearths", "41", "b.hearths", "", "f.jetty", "true", "b.jetty", "", "reason", "visit").Want(t, 303)
	h.Get(t, village, form).Want(t, 200, "The shore 2013", ">41<", "differs", form+"?year=2013") // the latest answers
	h.Get(t, village, form+"?year=2012").Want(t, 200).Without(t, ">41<")
	h.Post(t, village, form+"/change", "section", "shore", "year", "2013", "ver", "1", "f.hearths", "42", "b.hearths", "41", "reason", "visit").Want(t, 412)               // a stale form
	h.Post(t, village, form+"/change", "section", "shore", "year", "2013", "ver", "2", "f.stranded_share", "12.5", "b.stranded_share", "", "reason", "visit").Want(t, 303) // a protected figure
	_, rest, _ := strings.Cut(h.Get(t, office, "/changes").Body, `href="/changes/`)
	number, _, _ := strings.Cut(rest, `"`)
	h.Get(t, office, "/changes/"+number).Want(t, 200, "Hamlet 11001001", "Share of the stranded", `href="`+form+`"`)
}
