package office

import (
	"bytes"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/clock"
	"rightkey/internal/policy"
	"rightkey/internal/table"
	"rightkey/test/stand"
)

// guilds is a pack with two kinds of organisations and two kinds of numbers.
type guilds struct{}

func (guilds) Current(clock.Day) (*policy.Pack, error) {
	return &policy.Pack{Codes: map[string]*policy.CodeList{
		OrganisationKinds:       {Options: []policy.Option{{Code: "guild"}, {Code: "office"}}},
		OrganisationIdentifiers: {Options: []policy.Option{{Code: "seal"}, {Code: "charter"}}},
	}}, nil
}

// organisationsOf is a register on a stand with two counties, and the scope of the office of the northern one.
func organisationsOf(t *testing.T, s *stand.Stand) (*Organisations, access.Scope) {
	t.Helper()
	s.LoadAreas(t, "code,name\n1,North\n11,Upper\n12,Lower\n2,South\n21,Far\n")
	return NewOrganisations(s.DB, s.Journal, s.Areas, guilds{}), stand.Scope(t, s.Caller(1, "north", "county-office@10"), access.OrganisationEdit)
}

func loadOrganisations(t *testing.T, o *Organisations, scope access.Scope, text string, how area.Load) area.Report {
	t.Helper()
	r, err := table.NewCSV(strings.NewReader(text), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	how.Day = clock.Date(2014, 1, 1)
	report, err := o.LoadFile(t.Context(), scope, r, how)
	if err != nil {
		t.Fatal(err)
	}
	if report.Rows != report.Created+report.Updated+report.Unchanged+report.Rejected {
		t.Errorf("the rows do not add up: %+v", report)
	}
	return report
}

func writtenOrganisations(t *testing.T, o *Organisations, scope access.Scope) string {
	t.Helper()
	var out bytes.Buffer
	w, err := table.NewCSVWriter(&out, o.FileColumns(scope.Caller().Today))
	if err != nil {
		t.Fatal(err)
	}
	if err := o.WriteFile(t.Context(), scope, OrganisationFilter{Ended: true}, w, func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestOrganisationsComeByFileAndTheFileThatLeavesChangesNothing(t *testing.T) {
	stand.Each(t, "1-1", func(t *testing.T, s *stand.Stand) {
		o, scope := organisationsOf(t, s)
		const file = "name,kind,area,contact,phone,from,to,identifier.seal,identifier.charter\n" +
			"Tea Growers,guild,11,post office,0851 123,2010-05-01,,S-1,C-1\n" +
			"\"=Road, Office\",office,1,,,2011-01-01,2013-12-31,,\n" +
			"Herders,guild,12,,,,,S-3,\n"
		if dry := loadOrganisations(t, o, scope, file, area.Load{DryRun: true}); dry.Created != 3 || dry.Applied {
			t.Errorf("the check: %+v", dry)
		}
		if report := loadOrganisations(t, o, scope, file, area.Load{}); report.Created != 3 || !report.Applied {
			t.Fatalf("the load: %+v", report)
		}
		if again := loadOrganisations(t, o, scope, file, area.Load{}); again.Unchanged != 3 {
			t.Errorf("loading again: %+v", again)
		}
		left := writtenOrganisations(t, o, scope)
		if !strings.Contains(left, `"'=Road, Office"`) || !strings.Contains(left, "Herders,guild,12,,,,2014-01-01,,S-3,") {
			t.Errorf("what left:\n%s", left)
		}
		if back := loadOrganisations(t, o, scope, left, area.Load{}); back.Unchanged != 3 || back.Rows != 3 {
			t.Errorf("what left and came back changes something: %+v", back)
		}
		if other := writtenOrganisations(t, o, stand.Scope(t, s.Caller(2, "south", "county-office@20"), access.AreaRead)); strings.Count(other, "\n") != 1 {
			t.Errorf("another county's file:\n%s", other)
		}
	})
}

func TestARowOfOrganisationsNamesItsOrganisationByNumberIdentifierOrName(t *testing.T) {
	stand.Each(t, "1-1", func(t *testing.T, s *stand.Stand) {
		o, scope := organisationsOf(t, s)
		tea, err := o.Save(t.Context(), scope, Organisation{Name: "Tea", Kind: "guild", Area: 11, From: clock.Date(2010, 1, 1), Identifiers: map[string]string{"seal": "S-1"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ what, file, name string }{
			{"its number", "number,name,kind,area\n" + tea.Number + ",Tea Growers,guild,11\n", "Tea Growers"},
			{"its identifier", "name,kind,area,identifier.seal\nUpper Tea,guild,12,S-1\n", "Upper Tea"},
			{"its name in its area", "name,kind,area,phone\nupper  TEA,guild,12,123\n", "upper TEA"},
		} {
			report := loadOrganisations(t, o, scope, c.file, area.Load{})
			now, err := o.Get(t.Context(), scope, tea.ID)
			if report.Updated != 1 || err != nil || strings.Join(strings.Fields(now.Name), " ") != c.name || now.Identifiers["seal"] != "S-1" {
				t.Errorf("by %s: %+v %+v %v", c.what, report, now, err)
			}
		}
	})
}

func TestRowsThatAreNoOrganisationsAreRejectedWithColumnAndReason(t *testing.T) {
	stand.Each(t, "1-1", func(t *testing.T, s *stand.Stand) {
		o, scope := organisationsOf(t, s)
		const head = "number,name,kind,area,parent,phone,from,to,identifier.seal\n"
		for _, c := range []struct{ row, column string }{
			{",,guild,11,,,,,", "name"}, {",Tea,club,11,,,,,", "kind"}, {",Tea,guild,21,,,,,", "area"}, {",Tea,guild,,,,,,", "area"},
			{",Tea,guild,11,x,,,,", "parent"}, {",Tea,guild,11,77,,,,", "parent"}, {",Tea,guild,11,,call me,,,", "phone"},
			{",Tea,guild,11,,,soon,,", "from"}, {",Tea,guild,11,,,2014-01-01,2013-01-01,", "to"}, {"99,Tea,guild,11,,,,,", "number"},
			{",Tea,guild,11,,,,," + strings.Repeat("9", 61), "identifier.seal"},
		} {
			report := loadOrganisations(t, o, scope, head+c.row+"\n,Right,guild,11,,,,,\n", area.Load{})
			if report.Rejected != 1 || report.Applied || report.Rejects[0].Column != c.column || report.Rejects[0].Reason == "" {
				t.Errorf("%s: %+v", c.row, report)
			}
		}
		twice := loadOrganisations(t, o, scope, "name,kind,area\nTea,guild,11\nTEA,guild,11\n", area.Load{Skip: true})
		if twice.Created != 1 || twice.Rejected != 1 || twice.Rejects[0].Reason != "Row 1 is about the same organisation." || !twice.Applied {
			t.Errorf("the same twice: %+v", twice)
		}
		for _, head := range []string{"name,kind", "name,kind,area,colour", "name,kind,area,identifier.stamp"} {
			r, err := table.NewCSV(strings.NewReader(head+"\n"), table.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := o.LoadFile(t.Context(), scope, r, area.Load{}); err == nil {
				t.Errorf("a file with the columns %s was read", head)
			}
		}
	})
}
