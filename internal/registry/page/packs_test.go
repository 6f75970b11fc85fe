package page_test

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/store/storetest"
	"rightkey/policies"
	"rightkey/test/stand"
)

// It registers a household with a person under each pack and opens every page that
// the pack's items shape.
func TestTheFormsOfEveryShippedPackAreShown(t *testing.T) {
	heads, err := fs.Glob(policies.Files, "*/"+policy.HeadFile)
	if err != nil || len(heads) == 0 {
		t.Fatal("no pack is shipped: ", err)
	}
	for _, head := range heads {
		t.Run(path.Dir(head), func(t *testing.T) { showPack(t, path.Dir(head)) })
	}
}

// smallest is a register under a shipped pack with one household of some members in its only village.
func smallest(t *testing.T, folder string, members int) (*house, registry.Household) {
	t.Helper()
	loader := policy.NewLoader()
	registry.RegisterSections(loader)
	pack, err := loader.Load(policies.Files, folder)
	if err != nil {
		t.Fatal(err)
	}
	widths, areas, code := make([]string, len(pack.Levels)), "code,name\n", ""
	for i, level := range pack.Levels {
		widths[i] = strconv.Itoa(level.Width)
		code += fmt.Sprintf("%0*d", level.Width, 1)
		areas += fmt.Sprintf("%s,Place %d\n", code, i+1)
	}
	s := stand.New(t, storetest.SQLite(t), strings.Join(widths, "-"))
	h := furnish(t, s, policies.Files, folder, areas)
	item, _ := pack.Item(registry.SubjectPerson, registry.FieldRelation)
	head, other := "", ""
	for _, option := range item.Options() {
		if option.Group == registry.GroupHead {
			head = option.Code
		} else {
			other = option.Code
		}
	}
	h.load(t, office, registry.Mapping{Subject: "household", Source: "base", Key: "key", Area: "area", Day: "2013-12-31", Columns: map[string]string{}}, "key,area\nh1,"+code+"\n")
	var persons strings.Builder
	persons.WriteString("key,hh,name,birth,relation\n")
	for i := range members {
		relation := other
		if i == 0 {
			relation = head
		}
		fmt.Fprintf(&persons, "p%d,h1,Ana %d,1970-05-01,%s\n", i, i, relation)
	}
	h.load(t, office, registry.Mapping{Subject: "person", Source: "base", Key: "key", Household: "hh", Day: "2013-12-31",
		Columns: map[string]string{"name": "name", "birth": "birth", "relation": "relation"}, Constants: map[string]string{"sex": firstCode(pack, "sex")}}, persons.String())
	return h, h.only(t)
}

func showPack(t *testing.T, folder string) {
	h, home := smallest(t, folder, 1)
	pack, err := h.Registry.Pack(home.Area)
	if err != nil {
		t.Fatal(err)
	}
	h.addEntries(t, home, registry.Entry{Subject: "income", Class: firstCode(pack, "income.class"), Minor: 123456})
	base := "/households/" + home.Number
	targets := []string{"/", "/households", base, base + "/change"}
	for _, page := range []string{base, base + "/change"} {
		for _, link := range strings.Split(h.Get(t, office, page).Body, `href="`+base+"/change?")[1:] {
			query, _, _ := strings.Cut(link, `"`)
			targets = append(targets, base+"/change?"+strings.ReplaceAll(query, "&amp;", "&"))
		}
	}
	for _, subject := range []string{"household", "person", "income"} {
		targets = append(targets, h.Send(t, office, "/imports", "x.csv", "key,area,household\n", "subject", subject, "source", "x").Location())
	}
	if len(targets) < 12 {
		t.Errorf("the pack's forms are not offered: %v", targets)
	}
	for _, lang := range pack.Languages {
		for _, target := range targets {
			h.Languages = string(lang)
			if got := h.Get(t, office, target); got.Status != 200 {
				t.Errorf("%s in %s: status %d", target, lang, got.Status)
			}
		}
	}
	h.Languages = "en"
	if pack.Digits == 2 {
		h.Get(t, office, base).Want(t, 200, "1,234.56") // amounts in major units
	}
}

// firstCode is the first answer of a person's item, or of subject.code.
func firstCode(pack *policy.Pack, name string) string {
	subject, code, dotted := strings.Cut(name, ".")
	if !dotted {
		subject, code = registry.SubjectPerson, name
	}
	item, ok := pack.Item(subject, code)
	if !ok || len(item.Options()) == 0 {
		return ""
	}
	return item.Options()[0].Code
}

// only is the only household of the register.
func (h *house) only(t *testing.T) registry.Household {
	t.Helper()
	list, err := h.Registry.List(t.Context(), h.scope(t, office, access.HouseholdList), registry.Filter{}, registry.Position{}, 2)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v %v", list, err)
	}
	return list[0]
}

// longAgo is the day from which packs are in use.
var longAgo = clock.Date(2000, 1, 1)
