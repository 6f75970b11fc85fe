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
		h.Get(t, village, path).Want(t, 200, path+"/roster", "Change the roster")
		h.Get(t, village, path+"/roster").Want(t, 200, "What happened?", "A member died", "Drowned or died", "?act=drowned").Without(t, "Rekindled")
		h.Get(t, village, path+"/roster?act=drowned").Want(t, 200, `type="radio" name="persons"`, "Ana Reef", ana, "Certificate or other proof", "See what will be different")
		h.Get(t, village, path+"/roster?act=levitated").Want(t, 404) // no such act
		form := []string{"act", "drowned", "ver", hidden(t, h.Get(t, village, path+"/roster?act=drowned").Body, "ver"), "day", "2014-06-01", "persons", ana, "reason", "told by the village"}
		h.Post(t, village, path+"/roster", form...).Want(t, 400, "Name the certificate", `role="alert"`, "told by the village")
		form = append(form, "evidence", "certificate 7")
		h.Post(t, village, path+"/roster", append(form, "head", ana)...).Want(t, 400, "Who is to be the head is no member") // the dead as head
		shown := h.Post(t, village, path+"/roster", form...).Want(t, 200, "What will be different", "Stored now", "Afterwards", "Send to a second person", "Hearth keeper", "Ana Reef")
		if hidden(t, shown.Body, "persons") != ana || hidden(t, shown.Body, "evidence") != "certificate 7" {
			t.Error("the preview does not carry the form along")
		}
		h.Post(t, village, path+"/roster", append(form, "step", "change")...).Want(t, 200, "certificate 7", "checked") // back to the form
		if back := h.Post(t, village, path+"/roster", append(form, "step", "send")...).Want(t, 303); back.Location() != path+"?saved=waiting" {
			t.Errorf("after sending one is at %s", back.Location())
		}
		list := h.Get(t, office, "/changes").Want(t, 200, "Drowned or died")
		_, rest, _ := strings.Cut(list.Body, `href="/changes/`)
		id, _, _ := strings.Cut(rest, `"`)
		h.Get(t, office, "/changes/"+id).Want(t, 200, "Drowned or died", "Ana Reef ("+ana+")", "certificate 7", "Apply to the register", "Bo Reef")
		h.Post(t, office, "/changes/"+id+"/approve", "ver", "1").Want(t, 303)
		h.Get(t, office, "/changes/"+id).Want(t, 200, "Drowned or died", "Ana Reef ("+ana+")")
		h.Get(t, office, path).Want(t, 200, "Bo Reef", "Death recorded")
		h.Post(t, village, path+"/roster", append(form, "step", "send")...).Want(t, 400, "is no member of the household")
	})
}

func TestARosterChangeOnAnOldVersionIsShownAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.reef(t)
		path := "/households/" + reef.Number + "/roster"
		form := []string{"act", "born", "ver", "1", "day", "2014-06-01", "new.name", "Eve Reef", "new.sex", "f", "r.new1", "kin", "reason", "seen", "step", "send"}
		shown := h.Post(t, village, path, form...).Want(t, 412, "Somebody else has changed this", "Eve Reef · new to the register")
		form[3] = hidden(t, shown.Body, "ver")
		h.Post(t, village, path, form...).Want(t, 303) // on the new version
		h.Get(t, village, "/households/"+reef.Number).Want(t, 200, "Eve Reef")
		h.Post(t, village, path, "act", "born", "day", "2014-06-01").Want(t, 428)
		h.Get(t, south, path).Want(t, 404) // out of scope
		h.Get(t, analyst, path).Want(t, 403)
		h.Post(t, auditor, path, form...).Want(t, 403)
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
				h.Languages = language
				h.Get(t, office, "/households/"+reef.Number+"/roster?act="+rule.Code).Want(t, 200, `name="reason"`)
			}
			h.Languages = "en"
			h.Post(t, office, "/households/"+reef.Number+"/roster", "act", rule.Code, "ver", "2").Want(t, 400, `role="alert"`)
		}
	})
}

func TestATransferIsAcceptedByTheReceivingCountyOnItsPages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.reef(t)
		path := "/households/" + reef.Number
		ver := hidden(t, h.Get(t, clerk, path+"/roster?act=other_canton").Want(t, 200, "until then it stays here").Body, "ver")
		h.Post(t, clerk, path+"/roster", "act", "other_canton", "ver", ver, "day", "2014-06-01", "area", "12001001", "reason", "moved", "step", "send").Want(t, 303)
		h.Get(t, clerk, "/transfers").Want(t, 200, "Asked of other counties", reef.Number, "waits for an answer", "/changes/").Without(t, `href="/transfers/`) // the old county's list
		list := h.Get(t, south, "/transfers").Want(t, 200, reef.Number, "Reef", "Kelp")
		_, rest, _ := strings.Cut(list.Body, `href="/transfers/`)
		id, _, _ := strings.Cut(rest, `"`)
		h.Get(t, south, "/").Want(t, 200, "Household "+reef.Number+", handed over by another county")
		h.Get(t, clerk, "/transfers/"+id).Want(t, 404) // the old county's page
		h.Get(t, south, path).Want(t, 404)
		h.Get(t, south, "/transfers/"+id).Want(t, 200, "Ana Reef", "Accept", "Return it with a comment", "Moved to another canton")
		h.Post(t, south, "/transfers/"+id+"/return", "ver", "1").Want(t, 400, "Say why you return it")
		h.Post(t, south, "/transfers/"+id+"/accept", "ver", "7").Want(t, 412)
		if back := h.Post(t, south, "/transfers/"+id+"/accept", "ver", "1").Want(t, 303); back.Location() != "/transfers" {
			t.Errorf("after accepting one is at %s", back.Location())
		}
		h.Get(t, south, path).Want(t, 200, "Ana Reef")
		h.Get(t, south, "/changes/"+id).Want(t, 200, "Moved to another canton")
		h.Get(t, clerk, path).Want(t, 404) // the old county after
	})
}

func TestAPersonIsTakenIntoAHouseholdOfTheReceivingCountyOnItsDay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.reef(t)
		path, bo, kelp := "/households/"+reef.Number, h.numberOf(t, reef, "Bo Reef"), h.find(t, "12001001")
		form := h.Get(t, clerk, path+"/roster?act=wed_afar").Want(t, 200, `type="checkbox" name="persons"`, "an accepted hand-over waits for it", `name="area"`)
		ver := hidden(t, form.Body, "ver")
		h.Post(t, clerk, path+"/roster", "act", "wed_afar", "ver", ver, "day", "2015-01-20", "persons", bo, "area", "12001001", "reason", "wedding").Want(t, 200, "Send to the receiving county")
		h.Post(t, clerk, path+"/roster", "act", "wed_afar", "ver", ver, "day", "2015-01-20", "persons", bo, "area", "12001001", "reason", "wedding", "step", "send").Want(t, 303)
		list := h.Get(t, south, "/transfers").Want(t, 200, reef.Number, "persons: 1", "to be answered by")
		_, rest, _ := strings.Cut(list.Body, `href="/transfers/`)
		id, _, _ := strings.Cut(rest, `"`)
		h.Get(t, south, "/transfers/"+id).Want(t, 200, "Bo Reef", `name="household"`, `name="r.`+bo).Without(t, "Ana Reef")
		h.Post(t, south, "/transfers/"+id+"/accept", "ver", "1", "household", "").Want(t, 400, "There is no such other household", `role="alert"`)
		h.Post(t, south, "/transfers/"+id+"/accept", "ver", "1", "household", reef.Number).Want(t, 400, "There is no such other household", reef.Number) // out of scope
		h.Post(t, south, "/transfers/"+id+"/accept", "ver", "1", "household", kelp.Number, "r."+bo, "kin").Want(t, 303)
		h.Get(t, south, "/transfers/"+id).Want(t, 200, "Accepted. It is carried out on").Without(t, `name="household"`)
		h.Get(t, clerk, "/transfers").Want(t, 200, "accepted, waits for its day") // the sender sees
		h.Get(t, clerk, path).Want(t, 200, "Bo Reef")                             // the file before the day
	})
}
