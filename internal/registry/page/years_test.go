package page_test

import (
	"regexp"
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

func TestIncomeIsEnteredCorrectedAndEndedByPage(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		file := "/households/" + h.find(t, "11001001").Number
		h.get(t, clerk, file).want(t, "the file", 200, "Add income", "Add expenditure", file+"/entry?subject=income&amp;year=2013", "1,000.00")
		h.get(t, auditor, file).want(t, "the auditor's file", 200, "1,000.00").without(t, "the auditor's file", "Add income", "/entry?")
		form := h.get(t, clerk, file+"/entry?subject=income&year=2013").want(t, "form", 200, `name="f.class"`, `value="2013"`, "Ann Oat", "The household as a whole", "Earned from", "Totals are computed")
		saved := h.post(t, clerk, file+"/entry", "subject", "income", "ver", "0", "f.year", "2013", "b.year", "", "f.class", "farm", "b.class", "", "f.amount", "250.50", "b.amount", "",
			"f.basis", "declared", "b.basis", "", "f.earned_from", "oats", "b.earned_from", "", "person", member(form.body, "Ben Oat"), "reason", "visit")
		saved.want(t, "save", 303)
		now := h.get(t, clerk, saved.location()).want(t, "saved", 200, "The change is saved.", "250.50", "oats", "1,250.50", "Income entered")
		at := entryLink(t, now.body, "Farm")
		edit := h.get(t, clerk, at).want(t, "edit", 200, `value="250.50"`, "End this entry", `selected>Ben Oat`)
		h.post(t, clerk, file+"/entry", "id", hidden(t, edit.body, "id"), "ver", "1", "f.amount", "-5", "b.amount", "250.50", "reason", "").want(t, "refused", 400, "Say why", "-5")
		h.post(t, clerk, file+"/entry", "id", hidden(t, edit.body, "id"), "ver", "1", "f.year", "2013", "b.year", "2013", "f.class", "farm", "b.class", "farm", "f.amount", "300", "b.amount", "250.50", "reason", "recount").want(t, "correct", 303)
		h.post(t, clerk, file+"/entry", "id", hidden(t, edit.body, "id"), "ver", "1", "f.amount", "1", "b.amount", "250.50", "reason", "late").want(t, "stale", 412, "Somebody else has changed this", `value="300.00"`)
		h.get(t, clerk, file).want(t, "corrected", 200, "1,300.00").without(t, "corrected", "250.50")
		h.post(t, clerk, file+"/entry", "id", hidden(t, edit.body, "id"), "ver", "2", "act", "end", "reason", "entered twice").want(t, "end", 303)
		h.get(t, clerk, file).want(t, "ended", 200, "1,000.00").without(t, "ended", "300.00")
		for _, query := range []string{"?subject=household", "?subject=none", "?id=1", "?id=x"} {
			h.get(t, clerk, file+"/entry"+query).want(t, query, 404)
		}
		h.get(t, auditor, file+"/entry?subject=income").want(t, "auditor", 403)
		h.get(t, south, file+"/entry?subject=income").want(t, "out of scope", 404)
	})
}

func TestTheDwellingIsEditedByPageAndOpenedWhereThereIsNone(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		file := "/households/" + h.find(t, "11001001").Number
		path := file + "/change"
		h.get(t, clerk, file).want(t, "the file", 200, "The house · 2013", path+"?section=house&amp;year=2013&amp;of=dwelling")
		form := h.get(t, clerk, path+"?section=house&year=2014&of=dwelling").want(t, "form", 200, `name="f.roof"`, "Dwelling", `name="year" value="2014"`)
		h.post(t, clerk, path, "of", "dwelling", "section", "house", "year", "2014", "ver", hidden(t, form.body, "ver"), "b.roof", "", "f.roof", "slate", "reason", "visit").want(t, "save", 303)
		h.get(t, clerk, file).want(t, "saved", 200, "The house · 2014", "Slate", "Dwelling changed")
		h.get(t, clerk, file+"?year=2013").want(t, "the year before", 200, "Reed")
		bare := "/households/" + h.find(t, "11001002").Number
		form = h.get(t, clerk, bare+"/change?section=house&of=dwelling").want(t, "a first dwelling", 200, `name="ver" value="0"`)
		answers := []string{"of", "dwelling", "section", "house", "year", hidden(t, form.body, "year"), "ver", "0", "b.roof", "", "f.roof", "reed", "reason", "visit"}
		h.post(t, clerk, bare+"/change", answers...).want(t, "open", 303)
		h.get(t, clerk, bare).want(t, "opened", 200, "Reed")
	})
}

// member is the number behind a name of a choice.
func member(body, name string) string {
	found := regexp.MustCompile(`<option value="([0-9]+)"[^>]*>` + name).FindStringSubmatch(body)
	if found == nil {
		return "no member " + name
	}
	return found[1]
}

// entryLink is the address of the form of an entry of a class.
func entryLink(t *testing.T, body, class string) string {
	t.Helper()
	found := regexp.MustCompile(`href="([^"]*/entry\?id=[0-9]+)">[^<]*<span class="visually-hidden"><bdi>` + class).FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("no entry of class %s", class)
	}
	return found[1]
}

func TestAFileIsSeenAsItStoodAndWithItsHistory(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		file := "/households/" + h.find(t, "11001001").Number
		form := h.get(t, clerk, file+"/change?section=hearth")
		h.post(t, clerk, file+"/change", "section", "hearth", "ver", hidden(t, form.body, "ver"), "b.bell", "", "f.bell", "true", "valid_on", "2014-06-30", "reason", "visit").want(t, "save", 303)
		h.get(t, clerk, file).want(t, "the file", 200, "As it stood on", file+"/history", "House bell</dt><dd><span class=\"cell\"><bdi>")
		then := h.get(t, clerk, file+"?asof=2014-01-01").want(t, "as of", 200, "As it stood on 1 Jan 2014", "This is not the present", "Back to the present", "Ann Oat", "Reed", "House bell</dt><dd><span class=\"cell\"><span class=\"missing\">")
		then.without(t, "as of", "Propose a change", "Add income", "/change?section")
		h.get(t, clerk, file+"?asof=2014-06-30").want(t, "that very day", 200, "House bell</dt><dd><span class=\"cell\"><bdi>")
		for query, status := range map[string]int{"?asof=2013-12-30": 404, "?asof=2099-01-01": 400, "?asof=x": 400} {
			h.get(t, clerk, file+query).want(t, query, status)
		}
		all := h.get(t, clerk, file+"/history").want(t, "history", 200, "House bell", "30 Jun 2014", "visit", "Goats · 2013", "Roof · 2013", "Ann Oat", "import", "/changes/")
		all.without(t, "history", "%!", "map[")
		h.get(t, clerk, file+"/history?field=household.bell").want(t, "one field", 200, "House bell", "visit").without(t, "one field", "Goats · 2013")
		h.get(t, clerk, file).want(t, "who looked", 200, "History read")
		h.get(t, south, file+"/history").want(t, "out of scope", 404)
		h.get(t, analyst, file+"/history").want(t, "analyst", 403)
	})
}

func TestCollectionWindowsAreOpenedAndCountWhoHasAnswered(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		h.get(t, office, "/windows").want(t, "none", 200, "No collection window stands", "A new window")
		h.get(t, village, "/windows").want(t, "village", 200, "No collection window stands").without(t, "village", "A new window")
		fields := []string{"ver", "0", "area", "11", "year", "2014", "section", "", "reference", "2014-12-31", "opens", "2015-01-01", "locks", "2015-02-01", "late_until", ""}
		h.post(t, office, "/windows", append([]string{"locks", "x"}, fields...)...).want(t, "refused", 400, "ends before it opens")
		h.post(t, village, "/windows", fields...).want(t, "village", 403)
		h.post(t, south, "/windows", fields...).want(t, "another county", 400, "no area of yours")
		h.post(t, office, "/windows", fields...).want(t, "open", 303)
		h.get(t, office, "/windows").want(t, "list", 200, "not open yet", "1 Jan 2015 – 1 Feb 2015", "/households?area=11&amp;unanswered=2014", ">2 ")
		h.get(t, office, "/households?area=11&unanswered=2014").want(t, "the door", 200, "Ann Oat", "Cat Rye")
		file := "/households/" + h.find(t, "11001001").Number
		form := h.get(t, clerk, file+"/change?section=fields&year=2014")
		answers := []string{"section", "fields", "year", "2014", "ver", hidden(t, form.body, "ver"), "b.goats", "", "f.goats", "5", "reason", "visit"}
		h.post(t, clerk, file+"/change", answers...).want(t, "before", 400, "are collected from 1 Jan 2015 to 1 Feb 2015")
		h.post(t, clerk, file+"/entry", "subject", "income", "ver", "0", "f.year", "2014", "b.year", "", "f.class", "farm", "b.class", "", "f.amount", "1", "b.amount", "", "reason", "visit").want(t, "an entry before", 400, "are collected from")
		h.get(t, south, "/windows").want(t, "the south", 200, "No collection window stands")
	})
}
