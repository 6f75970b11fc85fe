package page_test

import (
	"html"
	"strings"
	"testing"

	"rightkey/internal/change"
	"rightkey/internal/registry"
)

func TestAFileShowsWhatTheReaderMaySeeAndIsJournalled(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef, kelp := h.find(t, "11001001"), h.find(t, "12001001")
		before := h.events(t, "household.read")
		page := h.get(t, office, "/households/"+reef.Number).want(t, "file", 200, "Ana Reef", "Bo Reef", "Hearth keeper", "Stranded", "since 31 Dec 2013", "…7897", "confirmed",
			"Drift nets", "100 OST", "Share of the tide", `<span class="missing">unknown</span>`, "Household registered", `href="/households?area=11001"`, "Propose a change")
		page.without(t, "a special field without purpose", "Salt fever")
		page.without(t, "the whole national number", "1234567897")
		if n := h.events(t, "household.read"); n != before+1 {
			t.Errorf("%d events of reading", n-before)
		}
		h.get(t, office, "/households/"+kelp.Number).want(t, "second claimant", 200, "provisional")
		h.get(t, auditor, "/households/"+reef.Number).want(t, "auditor", 200).without(t, "auditor", "Propose a change")
		for _, target := range []string{"/households/" + kelp.Number, "/households/12", "/households/000000000000", "/persons/12", "/households/" + kelp.Number + "/change"} {
			h.get(t, clerk, target).want(t, target, 404)
		}
		h.get(t, admin, "/households/"+reef.Number).want(t, "administrator", 403)
		h.get(t, analyst, "/households/"+reef.Number).want(t, "analyst", 403)
	})
}

func TestIncomeIsABarByClassWithItsEntries(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.reef(t)
		h.addEntries(t, reef, registry.Entry{Subject: "income", Class: "fish", Minor: 900}, registry.Entry{Subject: "income", Class: "nets", Minor: 300}, registry.Entry{Subject: "expenditure", Class: "tar", Minor: 50})
		h.get(t, office, "/households/"+reef.Number).want(t, "income", 200, "Income 2013: 1,200", "Expenditure 2013: 50", "75", "fish", "Figures as a table", "Entries one by one")
	})
}

func TestNamesAreShownAsTheyAreNeverAsMarkup(t *testing.T) {
	names := []string{`<script>alert(1)</script>`, `"><img onerror=alert(1) src=x>`, `{{7*7}}`, `' OR 1=1 --`}
	each(t, func(t *testing.T, h *house) {
		var rows strings.Builder
		rows.WriteString("key,hh,name,sex,birth,id,rel,fever\n")
		for i, name := range names {
			relation := "kin"
			if i == 0 {
				relation = "head"
			}
			rows.WriteString("p" + string(rune('0'+i)) + ",h1,\"" + strings.ReplaceAll(name, `"`, `""`) + "\",f,1970-05-01,," + relation + ",\n")
		}
		h.load(t, office, households, "key,area,status,nets,lamp,catch\nh1,11001001,stranded,3,no,100\n")
		h.load(t, office, persons, rows.String())
		reef := h.find(t, "11001001")
		for _, target := range []string{"/households", "/households/" + reef.Number, "/households/" + reef.Number + "/change"} {
			page := h.get(t, office, target).want(t, target, 200, html.EscapeString(names[0]))
			page.without(t, target, names[0], "<img onerror", ">49<")
			if target != "/households" && !strings.Contains(page.body, "{{7*7}}") {
				t.Errorf("%s does not show {{7*7}} as it is", target)
			}
		}
		found := h.post(t, office, "/households/search", "name", `<script>`)
		h.get(t, office, found.location()).want(t, "search", 200, "1 of 1 household", "&lt;script&gt;…").without(t, "search", "<script>alert")
		h.get(t, office, "/households?i.household.lamp=%3Cscript%3E").without(t, "a filter", "<script>&", `"<script>`)
		h.post(t, office, "/households/"+reef.Number+"/change", "section", "hearth", "ver", "2", "b.motto", "", "f.motto", `"><img onerror=x>`, "reason", `<b>bold</b>`).want(t, "a refused motto", 400, "&lt;img", "&lt;b&gt;bold").without(t, "a refused motto", "<img", "<b>bold")
	})
}

func TestAProposedChangeIsAppliedOrWaits(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.find(t, "11001001")
		path := "/households/" + reef.Number + "/change"
		h.get(t, clerk, path).want(t, "choice", 200, "The hearth", "Boats and nets", "Basic entries", "Ana Reef").without(t, "choice", "Salt fever")
		form := h.get(t, clerk, path+"?section=boats").want(t, "form", 200, `name="f.drift_nets"`, `value="3"`, "Rowing boat", "OST", `name="b.drift_nets" value="3"`)
		ver := hidden(t, form.body, "ver")
		saved := h.post(t, clerk, path, "section", "boats", "ver", ver, "b.drift_nets", "3", "f.drift_nets", "5", "b.boats", "", "f.boats", "03", "f.boats", "01", "b.catch_value", "100", "f.catch_value", "", "reason", "visit", "year", hidden(t, form.body, "year"))
		saved.want(t, "save", 303)
		h.get(t, clerk, saved.location()).want(t, "saved", 200, "The change is saved.", "Rowing boat; Raft", "holds from 31 Dec 2013", "Boats and nets · 2013").without(t, "saved", "100 OST")
		h.post(t, clerk, path, "section", "boats", "ver", "3", "b.drift_nets", "5", "f.drift_nets", "5", "reason", "visit").want(t, "nothing new", 303)
		core := h.get(t, clerk, path+"?section=core").want(t, "status", 200, "A change needs a second person.", "Save, or send to a second person")
		saved = h.post(t, clerk, path, "section", "core", "ver", hidden(t, core.body, "ver"), "b.status", "stranded", "f.status", "refloated", "reason", "visit").want(t, "status", 303)
		h.get(t, clerk, saved.location()).want(t, "waiting", 200, "A proposed change waits for a second person.", "Look at the change", "Stranded")
		for _, target := range []string{path + "?section=person", path + "?section=none", path + "?of=000000000000", path + "?of=" + reef.Number} {
			h.get(t, clerk, target).want(t, target, 404)
		}
		h.get(t, auditor, path).want(t, "auditor", 403)
		h.post(t, auditor, path, "section", "boats", "ver", ver).want(t, "auditor", 403)
		h.post(t, south, path, "section", "boats", "ver", ver, "reason", "x").want(t, "out of scope", 404)
	})
}

func TestAMemberIsChanged(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.find(t, "11001001")
		path := "/households/" + reef.Number + "/change"
		file := h.get(t, clerk, "/households/"+reef.Number)
		_, rest, _ := strings.Cut(file.body, path+"?of=")
		of, _, _ := strings.Cut(rest, `"`)
		form := h.get(t, clerk, path+"?section=core&of="+of).want(t, "form", 200, `value="Ana Reef"`, `value="1970-05-01"`).without(t, "form", "national", "relation")
		saved := h.post(t, clerk, path, "of", of, "section", "core", "ver", hidden(t, form.body, "ver"), "b.name", "Ana Reef", "f.name", "Anna Reef", "reason", "misspelt").want(t, "save", 303)
		h.get(t, clerk, saved.location()).want(t, "saved", 200, "Anna Reef", "Person changed")
		h.get(t, clerk, "/households").want(t, "the list", 200, "Anna Reef")
		h.post(t, clerk, path, "of", of, "section", "core", "ver", "2", "b.name", "Anna Reef", "f.name", "", "reason", "x").want(t, "without name", 400, "Name is missing")
		if to := h.get(t, clerk, "/persons/"+of); to.location() != "/households/"+reef.Number+"#member-"+of {
			t.Errorf("a person leads to %q", to.location())
		}
		h.get(t, south, "/persons/"+of).want(t, "out of scope", 404)
	})
}

func TestARefusedFormNamesItsFields(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		path := "/households/" + h.find(t, "11001001").Number + "/change"
		ver := hidden(t, h.get(t, clerk, path+"?section=boats").body, "ver")
		page := h.post(t, clerk, path, "section", "boats", "ver", ver, "b.drift_nets", "3", "f.drift_nets", "99", "b.catch_value", "100", "f.catch_value", "much").
			want(t, "refused", 400, "Drift nets: 99 is above 40", "much is not an amount", "Say why", `href="#field-f-drift_nets"`, `aria-invalid="true"`, `value="99"`)
		if hidden(t, page.body, "ver") != ver {
			t.Error("the form forgot its version")
		}
		h.post(t, clerk, path, "section", "hearth", "ver", ver, "b.lamp", "true", "f.lamp", "false", "reason", "x", "valid_on", "2099-01-01").want(t, "tomorrow", 400, "not a day up to today")
		h.post(t, clerk, path, "section", "boats", "b.drift_nets", "3", "f.drift_nets", "4", "reason", "x").want(t, "without version", 428)
	})
}

func TestAStaleFormShowsBothValuesAndPutsOnesOwnOnTheNewVersion(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		path := "/households/" + h.find(t, "11001001").Number + "/change"
		ver := hidden(t, h.get(t, clerk, path+"?section=boats").body, "ver")
		h.submit(t, office, change.Page, "11001001", 0, nil, change.Values{"drift_nets": int64(5), "catch_value": int64(200)})
		stale := h.post(t, clerk, path, "section", "boats", "ver", ver, "b.drift_nets", "3", "f.drift_nets", "7", "b.catch_value", "100", "f.catch_value", "100", "reason", "counted").
			want(t, "stale", 412, "Stored now", "Yours", "<del>5</del>", "<ins>7</ins>", "Put my values on the new version", `value="counted"`)
		fresh := hidden(t, stale.body, "ver")
		h.post(t, clerk, path, "section", "boats", "ver", fresh, "b.drift_nets", hidden(t, stale.body, "b.drift_nets"), "f.drift_nets", "7",
			"b.catch_value", hidden(t, stale.body, "b.catch_value"), "f.catch_value", "200", "reason", "counted").want(t, "again", 303)
		h.get(t, clerk, strings.TrimSuffix(path, "/change")).want(t, "after", 200, "200 OST", "<bdi>7</bdi>")
	})
}
