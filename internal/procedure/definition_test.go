package procedure_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"rightkey/internal/clock"
	"rightkey/internal/policy"
	"rightkey/internal/procedure"
	"rightkey/policies"
)

// words are those that rooms add in the shipped packs.
var words = procedure.Words{Figures: []string{"quota_left", "status_months"}, Texts: []string{"verdict", "category"}, Judges: "identify"}

func loader() *policy.Loader {
	l := policy.NewLoader()
	procedure.Register(l, words)
	return l
}

// made is the made-up country's pack with a text of its procedures put in place of another.
func made(t *testing.T, old, fresh string) (*policy.Pack, error) {
	t.Helper()
	files, from := fstest.MapFS{}, os.DirFS("../policy/testdata/ostania")
	names, err := fs.Glob(from, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(from, name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "procedure.yaml" {
			if !strings.Contains(string(data), old) {
				t.Fatalf("the definition has no %q", old)
			}
			data = []byte(strings.Replace(string(data), old, fresh, 1))
		}
		files[name] = &fstest.MapFile{Data: data}
	}
	return loader().Load(files, ".")
}

func stranding(t *testing.T) (*procedure.Definition, *procedure.Procedures) {
	t.Helper()
	pack, err := made(t, "", "")
	if err != nil {
		t.Fatal(err)
	}
	found := procedure.Of(pack)
	return found.List[0], found
}

func TestEveryShippedProcedureLoadsAndNamesItsSources(t *testing.T) {
	packs, err := loader().LoadAll(policies.Files)
	if err != nil {
		t.Fatal(err)
	}
	procedures := 0
	for _, p := range packs {
		found := procedure.Of(p)
		procedures += len(found.List)
		for _, ref := range found.Refs() {
			if ref.Source == "" && !ref.Unconfirmed || ref.Pos.Line == 0 {
				t.Errorf("%s: %+v", p.ID, ref)
			}
		}
		if len(found.List) > 0 && len(p.Refs()) < len(found.Refs())+len(p.Items) {
			t.Errorf("%s: the values of its procedures are not among those of the pack", p.ID)
		}
	}
	if procedures < 3 {
		t.Errorf("%d procedures", procedures)
	}
}

func TestADefinitionThatMakesNoSenseIsRefusedWithFileAndLine(t *testing.T) {
	cases := []struct{ name, old, fresh, want string }{
		{"unreachable state", `- {code: withdrawn, title: {en: Withdrawn}, end: withdrawn}`, `- {code: lonely, title: {en: L}, end: refused}
      - {code: withdrawn, title: {en: Withdrawn}, end: withdrawn}`, "procedure.yaml:24: state lonely cannot be reached"},
		{"dead end", "{code: hear, title: {en: Hear}, from: [disputed]", "{code: hear, title: {en: Hear}, from: [heard]", "can never end"},
		{"a mandatory step that can be missed", "from: [parish], to: canton", "from: [parish, told], to: canton", "state visit is mandatory, and stranded can be reached without it"},
		{"around the sitting", "from: [told, visit, mast], to: withdrawn", "from: [told, visit, mast, moot], to: parish", "leads around the sitting moot"},
		{"a grant under objection", "from: [told, visit, mast], to: withdrawn", "from: [told, visit, mast, heard], to: stranded", "grants while an objection is open"},
		{"out of the objection on the way", "from: [parish], to: canton", "from: [parish, heard], to: canton", "without going back to its notice"},
		{"an objection without answer", `"on": upheld, by: [{role: county-office}], not_by: [hear]`, `by: [{role: county-office}]`, "can never be upheld"},
		{"unknown role", "by: [{role: township-clerk, level: parish}]", "by: [{role: harbour-master}]", `no role "harbour-master"`},
		{"unknown level", "level: parish", "level: island", `no level "island"`},
		{"a number on the notice", "fields: [name, village, members]", "fields: [name, national_id]", "a notice may show: name"},
		{"no source", "escalate: county-office, source: Hearth Act 32", "escalate: county-office", "neither a source nor the mark"},
		{"a guard on nothing", "votes_for > votes_against", "votes_fro > votes_against", "votes_fro"},
		{"a status that is none", "effect: stranded", "effect: sunk", `no status "sunk"`},
		{"a card that nothing renews", "end: granted, effect: stranded", "end: granted, effect: stranded, card: {number: lamp, until: lamp, years: keel_tax, renewal: renewing}", `no procedure "renewing" about a household`},
		{"a card after which a household is sunk", "end: granted, effect: stranded", "end: granted, effect: stranded, card: {number: lamp, until: lamp, years: keel_tax, expired: sunk}", `no status "sunk"`},
		{"a renewal that does more than open", "{code: told, title: {en: Told}}", "{code: told, title: {en: Told}, effect: afloat}\n      - {code: lit, title: {en: Lit}, end: refused, card: {number: lamp, until: lamp, years: keel_tax, renewal: stranding}}", "has an effect as soon as it opens"},
		{"red before amber", `amber: "0.60", red: "1.00"`, `amber: "0.60", red: "0.50"`, "red before it is amber"},
		{"a key that is unknown", "quorum:", "quroum:", "unknown key"},
		{"a vote without loss", `- {code: lost, title: {en: Lost}, from: [moot], to: refused, "on": lost}`, ``, "needs a transition on carried and one on lost"},
	}
	for _, c := range cases {
		_, err := made(t, c.old, c.fresh)
		var found policy.LoadErrors
		if !errors.As(err, &found) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "procedure.yaml:") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestTermsCountWorkingDaysAndHolidays(t *testing.T) {
	_, found := stranding(t)
	cases := []struct {
		from    clock.Day
		days    int
		working bool
		want    clock.Day
	}{
		{clock.Date(2015, 1, 5), 3, false, clock.Date(2015, 1, 8)},
		{clock.Date(2015, 1, 5), 3, true, clock.Date(2015, 1, 10)},  // the feast is on 6 and 7
		{clock.Date(2015, 1, 10), 1, true, clock.Date(2015, 1, 12)}, // over a Sunday
		{clock.Date(2015, 1, 10), 0, true, clock.Date(2015, 1, 10)},
		{clock.Date(1969, 12, 27), 1, true, clock.Date(1969, 12, 29)},
	}
	for _, c := range cases {
		if got := found.Calendar.After(c.from, c.days, c.working); got != c.want {
			t.Errorf("%d days after %s: %s, want %s", c.days, c.from, got, c.want)
		}
	}
}
