package duplicate_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/job"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/table"
	"rightkey/internal/verify/duplicate"
	"rightkey/test/register"
	"rightkey/test/stand"
)

// packWith is a copy of the made-up country's pack with one measure for acts and files.
func packWith(t *testing.T, measure duplicate.Measure) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("../../policy/testdata/ostania")); err != nil {
		t.Fatal(err)
	}
	pack := filepath.Join(folder, "pack.yaml")
	text, err := os.ReadFile(pack)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), "  roster: [roster.yaml]", "  roster: [roster.yaml]\n  duplicates: [duplicates.yaml]", 1)
	for path, text := range map[string]string{pack: changed, filepath.Join(folder, "duplicates.yaml"): "entry: {act: " + string(measure) + ", import: " + string(measure) + "}\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestAMeasureOfThePackHoldsForActsAndForFiles(t *testing.T) {
	for measure, want := range map[duplicate.Measure]policy.Severity{duplicate.Warn: policy.Listed, duplicate.Hold: policy.Provisional, duplicate.Refuse: policy.Reject} {
		stand.Each(t, register.Widths, func(t *testing.T, s *stand.Stand) {
			r := register.Open(t, s, os.DirFS(packWith(t, measure)), ".")
			r.LoadAreas(t, register.Areas)
			fill(t, r, "a,11001001\nc,11002001\n", "a0,a,Anna Holm,f,head,,1970-05-14\nc0,c,Bela Stern,m,head,,1985-09-21\n")
			if got := ofAct(t, r); got != want {
				t.Errorf("%s: an act is met with %q, want %q", measure, got, want)
			}
			if got := ofFile(t, r); got != want {
				t.Errorf("%s: a file is met with %q, want %q", measure, got, want)
			}
			if err := r.Duplicates.Examine(t.Context(), []int64{id(t, r, "a0")}); err != nil {
				t.Fatal(err)
			}
			scope := r.Scope(t, register.County, access.HouseholdRead)
			_, h, err := r.Registry.OpenPerson(t.Context(), scope, id(t, r, "a0"))
			if err != nil {
				t.Fatal(err)
			}
			if held, err := r.Duplicates.Held(t.Context(), scope, h.ID); err != nil || (held > 0) != (measure == duplicate.Hold) {
				t.Errorf("%s: benefit waits for %d pairs, %v", measure, held, err)
			}
		})
	}
}

// ofAct is what an act that brings Anna into another household is met with.
func ofAct(t *testing.T, r *register.Register) policy.Severity {
	t.Helper()
	ctx, scope := t.Context(), r.Scope(t, register.County, access.HouseholdEdit)
	_, h, err := r.Registry.OpenPerson(ctx, r.Scope(t, register.County, access.HouseholdRead), id(t, r, "c0"))
	if err != nil {
		t.Fatal(err)
	}
	born := clock.Date(1970, 5, 14)
	plan, err := r.Registry.PreviewAct(ctx, scope, h.ID, registry.Act{Code: "washed_in", Day: clock.Date(2014, 6, 1), New: []registry.NewPerson{{Name: "Anna Holm", Sex: "f", Birth: &born}}})
	if objections := registry.ObjectionsOf(err); len(objections) > 0 {
		return policy.Reject
	}
	if err != nil || len(plan.Problems) == 0 {
		t.Fatalf("nothing speaks against the act: %v", err)
	}
	return plan.Problems[0].Severity
}

// ofFile is what a row of a file with Anna is met with.
func ofFile(t *testing.T, r *register.Register) policy.Severity {
	t.Helper()
	ctx, scope := t.Context(), r.Scope(t, register.County, access.ImportRun)
	from, err := table.NewCSV(strings.NewReader("key,hh,name,sex,rel,id,born\ne0,c,Anna Holm,f,kin,,1970-05-14\n"), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	im, err := r.Registry.Upload(ctx, scope, "more.csv", from)
	if err == nil {
		im, err = r.Registry.Apply(ctx, scope, im.ID, im.Ver, souls, registry.Skip)
	}
	if err != nil {
		t.Fatal(err)
	}
	if j := r.Wait(t, register.County, im.Job); j.State != job.Done || registry.AlikeIn(j) != 1 {
		t.Fatalf("import: %s %+v, %d alike", j.State, j.Counts, registry.AlikeIn(j))
	}
	report, err := r.Registry.Report(ctx, scope, im.ID, 0, 5)
	if err != nil || len(report) != 1 || len(report[0].Problems) != 1 {
		t.Fatalf("report %+v, %v", report, err)
	}
	return report[0].Problems[0].Severity
}
