package page_test

import (
	"strings"
	"testing"

	"rightkey/internal/registry"
)

// numberOf is the number of a member in the file's page.
func (h *house) numberOf(t *testing.T, of registry.Household, name string) string {
	t.Helper()
	f, err := h.Registry.Open(t.Context(), h.scope(t, office, "household.read"), of.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range f.Members {
		if m.Name == name {
			return m.Number
		}
	}
	t.Fatalf("%s is no member", name)
	return ""
}

func TestARosterChangeIsPreviewedSentAndReviewedInWords(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.reef(t)
		path := "/households/" + reef.Number
		ana := h.numberOf(t, reef, "Ana Reef")
		h.get(t, village, path).want(t, "file", 200, path+"/roster", "Change the roster")
		h.get(t, village, path+"/roster").want(t, "acts", 200, "What happened?", "A member died", "Drowned or died", "?act=drowned").without(t, "acts", "Rekindled")
		h.get(t, village, path+"/roster?act=drowned").want(t, "form", 200, `type="radio" name="persons"`, "Ana Reef", ana, "Certificate or other proof", "See what will be different")
		h.get(t, village, path+"/roster?act=levitated").want(t, "no such act", 404)
		form := []string{"act", "drowned", "ver", hidden(t, h.get(t, village, path+"/roster?act=drowned").body, "ver"), "day", "2014-06-01", "persons", ana, "reason", "told by the village"}
		h.post(t, village, path+"/roster", form...).want(t, "incomplete", 400, "Name the certificate", `role="alert"`, "told by the village")
		form = append(form, "evidence", "certificate 7")
		h.post(t, village, path+"/roster", append(form, "head", ana)...).want(t, "the dead as head", 400, "Who is to be the head is no member")
		shown := h.post(t, village, path+"/roster", form...).want(t, "preview", 200, "What will be different", "Stored now", "Afterwards", "Send to a second person", "Hearth keeper", "Ana Reef")
		if hidden(t, shown.body, "persons") != ana || hidden(t, shown.body, "evidence") != "certificate 7" {
			t.Error("the preview does not carry the form along")
		}
		h.post(t, village, path+"/roster", append(form, "step", "change")...).want(t, "back to the form", 200, "certificate 7", "checked")
		if back := h.post(t, village, path+"/roster", append(form, "step", "send")...).want(t, "send", 303); back.location() != path+"?saved=waiting" {
			t.Errorf("after sending one is at %s", back.location())
		}
		list := h.get(t, office, "/changes").want(t, "changes", 200, "Drowned or died")
		_, rest, _ := strings.Cut(list.body, `href="/changes/`)
		id, _, _ := strings.Cut(rest, `"`)
		h.get(t, office, "/changes/"+id).want(t, "review", 200, "Drowned or died", "Ana Reef ("+ana+")", "certificate 7", "Apply to the register", "Bo Reef")
		h.post(t, office, "/changes/"+id+"/approve", "ver", "1").want(t, "approve", 303)
		h.get(t, office, "/changes/"+id).want(t, "decided", 200, "Drowned or died", "Ana Reef ("+ana+")")
		h.get(t, office, path).want(t, "after", 200, "Bo Reef", "Death recorded")
		h.post(t, village, path+"/roster", append(form, "step", "send")...).want(t, "again", 400, "is no member of the household")
	})
}

func TestARosterChangeOnAnOldVersionIsShownAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.reef(t)
		path := "/households/" + reef.Number + "/roster"
		form := []string{"act", "born", "ver", "1", "day", "2014-06-01", "new.name", "Eve Reef", "new.sex", "f", "r.new1", "kin", "reason", "seen", "step", "send"}
		shown := h.post(t, village, path, form...).want(t, "stale", 412, "Somebody else has changed this", "Eve Reef · new to the register")
		form[3] = hidden(t, shown.body, "ver")
		h.post(t, village, path, form...).want(t, "on the new version", 303)
		h.get(t, village, "/households/"+reef.Number).want(t, "after", 200, "Eve Reef")
		h.post(t, village, path, "act", "born", "day", "2014-06-01").want(t, "without version", 428)
		h.get(t, south, path).want(t, "out of scope", 404)
		h.get(t, analyst, path).want(t, "analyst", 403)
		h.post(t, auditor, path, form...).want(t, "auditor", 403)
	})
}

func TestEveryActHasAForm(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.reef(t)
		rules, err := h.Registry.Acts(reef.Area, false)
		if err != nil || len(rules) < 10 {
			t.Fatalf("%d acts (%v)", len(rules), err)
		}
		for _, rule := range rules {
			for _, language := range []string{"en", "zh", "ur"} {
				h.languages = language
				h.get(t, office, "/households/"+reef.Number+"/roster?act="+rule.Code).want(t, rule.Code, 200, `name="reason"`)
			}
			h.languages = "en"
			h.post(t, office, "/households/"+reef.Number+"/roster", "act", rule.Code, "ver", "2").want(t, "empty "+rule.Code, 400, `role="alert"`)
		}
	})
}

func TestATransferIsAcceptedByTheReceivingCountyOnItsPages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.reef(t)
		path := "/households/" + reef.Number
		ver := hidden(t, h.get(t, clerk, path+"/roster?act=other_canton").want(t, "form", 200, "until then it stays here").body, "ver")
		h.post(t, clerk, path+"/roster", "act", "other_canton", "ver", ver, "day", "2014-06-01", "area", "12001001", "reason", "moved", "step", "send").want(t, "ask", 303)
		h.get(t, clerk, "/transfers").want(t, "the old county's list", 200, "Asked of other counties", reef.Number, "waits for an answer", "/changes/").without(t, "the old county's list", `href="/transfers/`)
		list := h.get(t, south, "/transfers").want(t, "list", 200, reef.Number, "Reef", "Kelp")
		_, rest, _ := strings.Cut(list.body, `href="/transfers/`)
		id, _, _ := strings.Cut(rest, `"`)
		h.get(t, south, "/").want(t, "overview", 200, "Household "+reef.Number+", handed over by another county")
		h.get(t, clerk, "/transfers/"+id).want(t, "the old county's page", 404)
		h.get(t, south, path).want(t, "file before", 404)
		h.get(t, south, "/transfers/"+id).want(t, "transfer", 200, "Ana Reef", "Accept", "Return it with a comment", "Moved to another canton")
		h.post(t, south, "/transfers/"+id+"/return", "ver", "1").want(t, "no comment", 400, "Say why you return it")
		h.post(t, south, "/transfers/"+id+"/accept", "ver", "7").want(t, "stale", 412)
		if back := h.post(t, south, "/transfers/"+id+"/accept", "ver", "1").want(t, "accept", 303); back.location() != "/transfers" {
			t.Errorf("after accepting one is at %s", back.location())
		}
		h.get(t, south, path).want(t, "file after", 200, "Ana Reef")
		h.get(t, south, "/changes/"+id).want(t, "change after", 200, "Moved to another canton")
		h.get(t, clerk, path).want(t, "the old county after", 404)
	})
}

func TestAPersonIsTakenIntoAHouseholdOfTheReceivingCountyOnItsDay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.reef(t)
		path, bo, kelp := "/households/"+reef.Number, h.numberOf(t, reef, "Bo Reef"), h.find(t, "12001001")
		form := h.get(t, clerk, path+"/roster?act=wed_afar").want(t, "form", 200, `type="checkbox" name="persons"`, "an accepted hand-over waits for it", `name="area"`)
		ver := hidden(t, form.body, "ver")
		h.post(t, clerk, path+"/roster", "act", "wed_afar", "ver", ver, "day", "2015-01-20", "persons", bo, "area", "12001001", "reason", "wedding").want(t, "preview", 200, "Send to the receiving county")
		h.post(t, clerk, path+"/roster", "act", "wed_afar", "ver", ver, "day", "2015-01-20", "persons", bo, "area", "12001001", "reason", "wedding", "step", "send").want(t, "ask", 303)
		list := h.get(t, south, "/transfers").want(t, "list", 200, reef.Number, "persons: 1", "to be answered by")
		_, rest, _ := strings.Cut(list.body, `href="/transfers/`)
		id, _, _ := strings.Cut(rest, `"`)
		h.get(t, south, "/transfers/"+id).want(t, "transfer", 200, "Bo Reef", `name="household"`, `name="r.`+bo).without(t, "transfer", "Ana Reef")
		h.post(t, south, "/transfers/"+id+"/accept", "ver", "1", "household", "").want(t, "no household", 400, "There is no such other household", `role="alert"`)
		h.post(t, south, "/transfers/"+id+"/accept", "ver", "1", "household", reef.Number).want(t, "out of scope", 400, "There is no such other household", reef.Number)
		h.post(t, south, "/transfers/"+id+"/accept", "ver", "1", "household", kelp.Number, "r."+bo, "kin").want(t, "accept", 303)
		h.get(t, south, "/transfers/"+id).want(t, "accepted", 200, "Accepted. It is carried out on").without(t, "accepted", `name="household"`)
		h.get(t, clerk, "/transfers").want(t, "the sender sees", 200, "accepted, waits for its day")
		h.get(t, clerk, path).want(t, "the file before the day", 200, "Bo Reef")
	})
}
