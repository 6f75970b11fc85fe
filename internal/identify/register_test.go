package identify_test

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/identify"
	"rightkey/internal/policy"
	"rightkey/internal/store/storetest"
	"rightkey/policies"
	"rightkey/test/register"
	"rightkey/test/stand"
)

// byFile judges the first rows of the survey (all for 0) as the command that reads files does.
func byFile(t *testing.T, survey register.Survey, rows int) identify.Headcount {
	t.Helper()
	p, err := loader().Load(policies.Files, survey.Pack)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../policies/" + survey.Pack + "/examples/pslm-hies-2015.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, err := identify.ReadMapping(p, policy.SourceFile{Name: "map.yaml", Data: text})
	if err != nil {
		t.Fatal(err)
	}
	in := survey.Reader(t, rows)
	file, err := identify.NewSurvey(p, m, in.Header())
	if err != nil {
		t.Fatal(err)
	}
	tally := identify.NewTally(0)
	_, err = file.Each(in, func(a identify.Assessment) error { tally.Add(a); return nil }, func(identify.Rejection) error { return errors.New("a row was rejected") })
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return tally.All
}

// The survey's file brought in by the ordinary import and judged in the register gives what judging the file gives.
// PostgreSQL does with the first 3,000 rows.
func TestTheSurveyJudgedInTheRegisterGivesTheHeadcountOfTheFile(t *testing.T) {
	survey := register.OpenSurvey(t)
	for engine, rows := range map[string]int{"sqlite": 0, "postgres": 3000} {
		t.Run(engine, func(t *testing.T) {
			want := byFile(t, survey, rows)
			db := storetest.SQLite
			if engine == "postgres" {
				db = storetest.Postgres
			}
			r := register.Open(t, stand.New(t, db(t), "1-2-2-2-3"), policies.Files, survey.Pack)
			r.Clock.Set(clock.Date(2016, 6, 30).Start(time.UTC))
			r.LoadAreas(t, survey.AreasCSV)
			imported := r.Import(t, survey.Mapping, survey.Reader(t, rows))
			run := r.Judge(t, identify.RunArgs{Day: clock.Date(2015, 12, 31), Rule: "consumption"})
			total, provinces, err := r.Identify.Headcount(t.Context(), r.Scope(t, register.County, access.Statistics), run, 0)
			if err != nil {
				t.Fatal(err)
			}
			if int(imported.Counts.Created) != want.Households || int(total.Households) != want.Households || float64(total.Persons) != want.Persons ||
				float64(total.PoorPersons) != want.PoorPersons || int(total.Poor) != want.PoorHouseholds || total.Unknown != 0 {
				t.Errorf("imported %d, the register counts %+v, the file %+v", imported.Counts.Created, total, want)
			}
			if rows > 0 {
				return
			}
			if rate, ok := total.PersonRate(); !ok || total.Households != 24237 || total.PoorPersons != 57706 || total.Persons != 157635 || rate < 0.366 || rate > 0.3661 || len(provinces) != 4 {
				t.Errorf("%d of %d persons, %g in %d provinces; want 57,706 of 157,635 in 4", total.PoorPersons, total.Persons, rate, len(provinces))
			}
		})
	}
}
