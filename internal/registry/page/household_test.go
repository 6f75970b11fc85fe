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
		page := h.Get(t, office, "/households/"+reef.Number).Want(t, 200, "Ana Reef", "Bo Reef", "Hearth keeper", "Stranded", "since 31 Dec 2013", "…7897", "confirmed", "Drift nets", "100 OST", "Share of the tide", `<span class="missing">unknown</span>`, "Household registered", `href="/households?area=11001"`, "Propose a change")
		page.Without(t, "Salt fever")
		page.Without(t, "1234567897")
		if n := h.events(t, "household.read"); n != before+1 {
			t.Errorf("%d events of reading", n-before)
		}
		h.Get(t, office, "/households/"+kelp.Number).Want(t, 200, "provisional")
		h.Get(t, auditor, "/households/"+reef.Number).Want(t, 200).Without(t, "Propose a change")
		for _, target := range []string{"/households/" + kelp.Number, "/households/12", "/households/000000000000", "/persons/12", "/households/" + kelp.Number + "/change"} {
			h.Get(t, clerk, target).Want(t, 404)
		}
		h.Get(t, admin, "/households/"+reef.Number).Want(t, 403)
		h.Get(t, analyst, "/households/"+reef.Number).Want(t, 403)
	})
}

func TestIncomeIsABarByClassWithItsEntries(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.reef(t)
		h.addEntries(t, reef, registry.Entry{Subject: "income", Class: "fish", Minor: 900}, registry.Entry{Subject: "income", Class: "nets", Minor: 300}, registry.Entry{Subject: "expenditure", Class: "tar", Minor: 50})
		h.Get(t, office, "/households/"+reef.Number).Want(t, 200, "Income 2013: 1,200", "Expenditure 2013: 50", "75", "fish", "Figures as a table", "Entries one by one")
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
			page := h.Get(t, office, target).Want(t, 200, html.EscapeString(names[0]))
			page.Without(t, names[0], "<img onerror", ">49<")
			if target != "/households" && !strings.Contains(page.Body, "{{7*7}}") {
				t.Errorf("%s does not show {{7*7}} as it is", target)
			}
		}
		found := h.Post(t, office, "/households/search", "name", `<script>`)
		h.Get(t, office, found.Location()).Want(t, 200, "1 of 1 household", "&lt;script&gt;…").Without(t, "<script>alert")
		h.Get(t, office, "/households?i.household.lamp=%3Cscript%3E").Without(t, "<script>&", `"<script>`)
		h.Post(t, office, "/households/"+reef.Number+"/change", "section", "hearth", "ver", "2", "b.motto", "", "f.motto", `"><img onerror=x>`, "reason", `<b>bold</b>`).Want(t, 400, "&lt;img", "&lt;b&gt;bold").Without(t, "<img", "<b>bold") // a refused motto
	})
}

func TestAProposedChangeIsAppliedOrWaits(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.find(t, "11001001")
		path := "/households/" + reef.Number + "/change"
		h.Get(t, clerk, path).Want(t, 200, "The hearth", "Boats and nets", "Basic entries", "Ana Reef").Without(t, "Salt fever")
		form := h.Get(t, clerk, path+"?section=boats").Want(t, 200, `name="f.drift_nets"`, `value="3"`, "Rowing boat", "OST", `name="b.drift_nets" value="3"`)
		ver := hidden(t, form.Body, "ver")
		saved := h.Post(t, clerk, path, "section", "boats", "ver", ver, "b.drift_nets", "3", "f.drift_nets", "5", "b.boats", "", "f.boats", "03", "f.boats", "01", "b.catch_value", "100", "f.catch_value", "", "reason", "visit", "year", hidden(t, form.Body, "year"))
		saved.Want(t, 303)
		h.Get(t, clerk, saved.Location()).Want(t, 200, "The change is saved.", "Rowing boat; Raft", "holds from 31 Dec 2013", "Boats and nets · 2013").Without(t, "100 OST")
		h.Post(t, clerk, path, "section", "boats", "ver", "3", "b.drift_nets", "5", "f.drift_nets", "5", "reason", "visit").Want(t, 303)
		core := h.Get(t, clerk, path+"?section=core").Want(t, 200, "A change needs a second person.", "Save, or send to a second person")
		saved = h.Post(t, clerk, path, "section", "core", "ver", hidden(t, core.Body, "ver"), "b.status", "stranded", "f.status", "refloated", "reason", "visit").Want(t, 303)
		h.Get(t, clerk, saved.Location()).Want(t, 200, "A proposed change waits for a second person.", "Look at the change", "Stranded")
		for _, target := range []string{path + "?section=person", path + "?section=none", path + "?of=000000000000", path + "?of=" + reef.Number} {
			h.Get(t, clerk, target).Want(t, 404)
		}
		h.Get(t, auditor, path).Want(t, 403)
		h.Post(t, auditor, path, "section", "boats", "ver", ver).Want(t, 403)
		h.Post(t, south, path, "section", "boats", "ver", ver, "reason", "x").Want(t, 404) // out of scope
	})
}

func TestAMemberIsChanged(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef := h.find(t, "11001001")
		path := "/households/" + reef.Number + "/change"
		file := h.Get(t, clerk, "/households/"+reef.Number)
		_, rest, _ := strings.Cut(file.Body, path+"?of=")
		of, _, _ := strings.Cut(rest, `"`)
		form := h.Get(t, clerk, path+"?section=core&of="+of).Want(t, 200, `value="Ana Reef"`, `value="1970-05-01"`).Without(t, "national", "relation")
		saved := h.Post(t, clerk, path, "of", of, "section", "core", "ver", hidden(t, form.Body, "ver"), "b.name", "Ana Reef", "f.name", "Anna Reef", "reason", "misspelt").Want(t, 303)
		h.Get(t, clerk, saved.Location()).Want(t, 200, "Anna Reef", "Person changed")
		h.Get(t, clerk, "/households").Want(t, 200, "Anna Reef")
		h.Post(t, clerk, path, "of", of, "section", "core", "ver", "2", "b.name", "Anna Reef", "f.name", "", "reason", "x").Want(t, 400, "Name is missing")
		if to := h.Get(t, clerk, "/persons/"+of); to.Location() != "/households/"+reef.Number+"#member-"+of {
			t.Errorf("a person leads to %q", to.Location())
		}
		h.Get(t, south, "/persons/"+of).Want(t, 404) // out of scope
	})
}

func TestARefusedFormNamesItsFields(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		path := "/households/" + h.find(t, "11001001").Number + "/change"
		ver := hidden(t, h.Get(t, clerk, path+"?section=boats").Body, "ver")
		page := h.Post(t, clerk, path, "section", "boats", "ver", ver, "b.drift_nets", "3", "f.drift_nets", "99", "b.catch_value", "100", "f.catch_value", "much").Want(t, 400, "Drift nets: 99 is above 40", "much is not an amount", "Say why", `href="#field-f-drift_nets"`, `aria-invalid="true"`, `value="99"`)
		if hidden(t, page.Body, "ver") != ver {
			t.Error("the form forgot its version")
		}
		h.Post(t, clerk, path, "section", "hearth", "ver", ver, "b.lamp", "true", "f.lamp", "false", "reason", "x", "valid_on", "2099-01-01").Want(t, 400, "not a day up to today")
		h.Post(t, clerk, path, "section", "boats", "b.drift_nets", "3", "f.drift_nets", "4", "reason", "x").Want(t, 428)
	})
}

func TestAStaleFormShowsBothValuesAndPutsOnesOwnOnTheNewVersion(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		path := "/households/" + h.find(t, "11001001").Number + "/change"
		ver := hidden(t, h.Get(t, clerk, path+"?section=boats").Body, "ver")
		h.submit(t, office, change.Page, "11001001", 0, nil, change.Values{"drift_nets": int64(5), "catch_value": int64(200)})
		stale := h.Post(t, clerk, path, "section", "boats", "ver", ver, "b.drift_nets", "3", "f.drift_nets", "7", "b.catch_value", "100", "f.catch_value", "100", "reason", "counted").Want(t, 412, "Stored now", "Yours", "<del>5</del>", "<ins>7</ins>", "Put my values on the new version", `value="counted"`)
		fresh := hidden(t, stale.Body, "ver")
		h.Post(t, clerk, path, "section", "boats", "ver", fresh, "b.drift_nets", hidden(t, stale.Body, "b.drift_nets"), "f.drift_nets", "7", "b.catch_value", hidden(t, stale.Body, "b.catch_value"), "f.catch_value", "200", "reason", "counted").Want(t, 303)
		h.Get(t, clerk, strings.TrimSuffix(path, "/change")).Want(t, 200, "200 OST", "<bdi>7</bdi>")
	})
}
