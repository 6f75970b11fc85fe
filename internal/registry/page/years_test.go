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
		form := h.Get(t, clerk, path+"?section=boats&year=2014").Want(t, 200, `name="year" value="2014"`, `name="b.drift_nets" value=""`, "answered anew for each year", path+"?section=boats&amp;year=2013").Without(t, `value="3"`, "valid_on") // a new year
		h.Post(t, clerk, path, "section", "boats", "year", "2014", "ver", hidden(t, form.Body, "ver"), "b.drift_nets", "", "f.drift_nets", "8", "b.catch_value", "", "f.catch_value", "", "reason", "visit").Want(t, 303)
		h.Get(t, clerk, file).Want(t, 200, "Boats and nets · 2014", "<bdi>8</bdi>", file+"?year=2013", "Latest answers").Without(t, "100 OST")
		h.Get(t, clerk, file+"?year=2013").Want(t, 200, "Boats and nets · 2013", "<bdi>3</bdi>", "100 OST").Without(t, "<bdi>8</bdi>") // the year before
		old := h.Get(t, clerk, path+"?section=boats&year=2013").Want(t, 200, `name="b.drift_nets" value="3"`)                          // the old year
		h.Post(t, clerk, path, "section", "boats", "year", "2013", "ver", hidden(t, old.Body, "ver"), "b.drift_nets", "3", "f.drift_nets", "2", "reason", "miscounted").Want(t, 303)
		h.Get(t, clerk, file).Want(t, 200, "Boats and nets · 2014", "<bdi>8</bdi>")                                    // the latest again
		h.Get(t, clerk, file+"?year=2012").Want(t, 200, "Boats and nets · 2012").Without(t, "<bdi>8</bdi>", "100 OST") // nothing of that year
		for _, query := range []string{"?year=x", "?year=99999", "?year=0"} {
			h.Get(t, clerk, file+query).Want(t, 400, "not a year")
		}
	})
}

func TestIncomeIsEnteredCorrectedAndEndedByPage(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		file := "/households/" + h.find(t, "11001001").Number
		h.Get(t, clerk, file).Want(t, 200, "Add income", "Add expenditure", file+"/entry?subject=income&amp;year=2013", "1,000.00")
		h.Get(t, auditor, file).Want(t, 200, "1,000.00").Without(t, "Add income", "/entry?") // the auditor's file
		form := h.Get(t, clerk, file+"/entry?subject=income&year=2013").Want(t, 200, `name="f.class"`, `value="2013"`, "Ann Oat", "The household as a whole", "Earned from", "Totals are computed")
		saved := h.Post(t, clerk, file+"/entry", "subject", "income", "ver", "0", "f.year", "2013", "b.year", "", "f.class", "farm", "b.class", "", "f.amount", "250.50", "b.amount", "", "f.basis", "declared", "b.basis", "", "f.earned_from", "oats", "b.earned_from", "", "person", member(form.Body, "Ben Oat"), "reason", "visit")
		saved.Want(t, 303)
		now := h.Get(t, clerk, saved.Location()).Want(t, 200, "The change is saved.", "250.50", "oats", "1,250.50", "Income entered")
		at := entryLink(t, now.Body, "Farm")
		edit := h.Get(t, clerk, at).Want(t, 200, `value="250.50"`, "End this entry", `selected>Ben Oat`)
		h.Post(t, clerk, file+"/entry", "id", hidden(t, edit.Body, "id"), "ver", "1", "f.amount", "-5", "b.amount", "250.50", "reason", "").Want(t, 400, "Say why", "-5")
		h.Post(t, clerk, file+"/entry", "id", hidden(t, edit.Body, "id"), "ver", "1", "f.year", "2013", "b.year", "2013", "f.class", "farm", "b.class", "farm", "f.amount", "300", "b.amount", "250.50", "reason", "recount").Want(t, 303)
		h.Post(t, clerk, file+"/entry", "id", hidden(t, edit.Body, "id"), "ver", "1", "f.amount", "1", "b.amount", "250.50", "reason", "late").Want(t, 412, "Somebody else has changed this", `value="300.00"`)
		h.Get(t, clerk, file).Want(t, 200, "1,300.00").Without(t, "250.50")
		h.Post(t, clerk, file+"/entry", "id", hidden(t, edit.Body, "id"), "ver", "2", "act", "end", "reason", "entered twice").Want(t, 303)
		h.Get(t, clerk, file).Want(t, 200, "1,000.00").Without(t, "300.00")
		for _, query := range []string{"?subject=household", "?subject=none", "?id=1", "?id=x"} {
			h.Get(t, clerk, file+"/entry"+query).Want(t, 404)
		}
		h.Get(t, auditor, file+"/entry?subject=income").Want(t, 403)
		h.Get(t, south, file+"/entry?subject=income").Want(t, 404) // out of scope
	})
}

func TestTheDwellingIsEditedByPageAndOpenedWhereThereIsNone(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		file := "/households/" + h.find(t, "11001001").Number
		path := file + "/change"
		h.Get(t, clerk, file).Want(t, 200, "The house · 2013", path+"?section=house&amp;year=2013&amp;of=dwelling")
		form := h.Get(t, clerk, path+"?section=house&year=2014&of=dwelling").Want(t, 200, `name="f.roof"`, "Dwelling", `name="year" value="2014"`)
		h.Post(t, clerk, path, "of", "dwelling", "section", "house", "year", "2014", "ver", hidden(t, form.Body, "ver"), "b.roof", "", "f.roof", "slate", "reason", "visit").Want(t, 303)
		h.Get(t, clerk, file).Want(t, 200, "The house · 2014", "Slate", "Dwelling changed")
		h.Get(t, clerk, file+"?year=2013").Want(t, 200, "Reed") // the year before
		bare := "/households/" + h.find(t, "11001002").Number
		form = h.Get(t, clerk, bare+"/change?section=house&of=dwelling").Want(t, 200, `name="ver" value="0"`) // a first dwelling
		answers := []string{"of", "dwelling", "section", "house", "year", hidden(t, form.Body, "year"), "ver", "0", "b.roof", "", "f.roof", "reed", "reason", "visit"}
		h.Post(t, clerk, bare+"/change", answers...).Want(t, 303)
		h.Get(t, clerk, bare).Want(t, 200, "Reed")
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
		form := h.Get(t, clerk, file+"/change?section=hearth")
		h.Post(t, clerk, file+"/change", "section", "hearth", "ver", hidden(t, form.Body, "ver"), "b.bell", "", "f.bell", "true", "valid_on", "2014-06-30", "reason", "visit").Want(t, 303)
		h.Get(t, clerk, file).Want(t, 200, "As it stood on", file+"/history", "House bell</dt><dd><span class=\"cell\"><bdi>")
		then := h.Get(t, clerk, file+"?asof=2014-01-01").Want(t, 200, "As it stood on 1 Jan 2014", "This is not the present", "Back to the present", "Ann Oat", "Reed", "House bell</dt><dd><span class=\"cell\"><span class=\"missing\">")
		then.Without(t, "Propose a change", "Add income", "/change?section")
		h.Get(t, clerk, file+"?asof=2014-06-30").Want(t, 200, "House bell</dt><dd><span class=\"cell\"><bdi>") // that very day
		for query, status := range map[string]int{"?asof=2013-12-30": 404, "?asof=2099-01-01": 400, "?asof=x": 400} {
			h.Get(t, clerk, file+query).Want(t, status)
		}
		all := h.Get(t, clerk, file+"/history").Want(t, 200, "House bell", "30 Jun 2014", "visit", "Goats · 2013", "Roof · 2013", "Ann Oat", "import", "/changes/")
		all.Without(t, "%!", "map[")
		h.Get(t, clerk, file+"/history?field=household.bell").Want(t, 200, "House bell", "visit").Without(t, "Goats · 2013")
		h.Get(t, clerk, file).Want(t, 200, "History read")
		h.Get(t, south, file+"/history").Want(t, 404) // out of scope
		h.Get(t, analyst, file+"/history").Want(t, 403)
	})
}

func TestCollectionWindowsAreOpenedAndCountWhoHasAnswered(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		h.Get(t, office, "/windows").Want(t, 200, "No collection window stands", "A new window")
		h.Get(t, village, "/windows").Want(t, 200, "No collection window stands").Without(t, "A new window")
		fields := []string{"ver", "0", "area", "11", "year", "2014", "section", "", "reference", "2014-12-31", "opens", "2015-01-01", "locks", "2015-02-01", "late_until", ""}
		h.Post(t, office, "/windows", append([]string{"locks", "x"}, fields...)...).Want(t, 400, "ends before it opens")
		h.Post(t, village, "/windows", fields...).Want(t, 403)
		h.Post(t, south, "/windows", fields...).Want(t, 400, "no area of yours")
		h.Post(t, office, "/windows", fields...).Want(t, 303)
		h.Get(t, office, "/windows").Want(t, 200, "not open yet", "1 Jan 2015 – 1 Feb 2015", "/households?area=11&amp;unanswered=2014", ">2 ")
		h.Get(t, office, "/households?area=11&unanswered=2014").Want(t, 200, "Ann Oat", "Cat Rye")
		file := "/households/" + h.find(t, "11001001").Number
		form := h.Get(t, clerk, file+"/change?section=fields&year=2014")
		answers := []string{"section", "fields", "year", "2014", "ver", hidden(t, form.Body, "ver"), "b.goats", "", "f.goats", "5", "reason", "visit"}
		h.Post(t, clerk, file+"/change", answers...).Want(t, 400, "are collected from 1 Jan 2015 to 1 Feb 2015")
		h.Post(t, clerk, file+"/entry", "subject", "income", "ver", "0", "f.year", "2014", "b.year", "", "f.class", "farm", "b.class", "", "f.amount", "1", "b.amount", "", "reason", "visit").Want(t, 400, "are collected from") // an entry before
		h.Get(t, south, "/windows").Want(t, 200, "No collection window stands")
	})
}
