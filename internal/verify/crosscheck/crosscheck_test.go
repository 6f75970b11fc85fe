package crosscheck_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/office"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/table"
	"rightkey/internal/verify/crosscheck"
	"rightkey/test/register"
)

// souls is how files of members are read here.
var souls = registry.Mapping{Subject: "person", Source: "base", Key: "key", Household: "hh", Day: "2013-12-31",
	Columns: map[string]string{"name": "name", "sex": "sex", "rel": "relation", "id": "national_id", "born": "birth"}}

// town is a register with somebody on every list: Anna and her son, two Bela of one birthday, and others beside them.
func town(t *testing.T, r *register.Register) {
	t.Helper()
	r.ImportCSV(t, register.Households, "key,area,status,nets,catch\na,11001001,stranded,1,10\nb,11001001,stranded,1,10\nc,11001002,afloat,1,10\nd,12001001,stranded,1,10\n")
	rows := "key,hh,name,sex,rel,id,born\na0,a,Anna Holm,f,head,1234567897,1970-05-14\na1,a,Jon Holm,m,kin,,1995-01-02\nb0,b,Bela Stern,m,head,,1985-09-21\nc0,c,Bela Stern,m,head,,1985-09-21\nd0,d,Dora Falk,f,head,,1960-02-03\n"
	for i := range 20 {
		rows += fmt.Sprintf("c%d,c,%s %s,f,kin,,19%02d-%02d-11\n", i+1, []string{"Mira", "Tove", "Elin", "Siri", "Maja"}[i%5], []string{"Brandt", "Wolff", "Kruse", "Voss"}[i%4], 40+i*2, 1+i%12)
	}
	r.ImportCSV(t, souls, rows)
}

// ships is a list of the harbour office: a hit by number, one by name, one for whom two may stand, one of a stranger, one
// that the rule lets pass, one whose number somebody else has, and two that cannot be read.
const ships = `key,name,number,birth,kind,value,since,colour
s1,Anna Holm,1234567897,1970-05-14,cutter,500,2013-01-01,red
s2,Jon Holm,,1995-01-02,cutter,900,2012-01-01,blue
s3,Bela Stern,,1985-09-21,cutter,900,2012-01-01,blue
s4,Gustaf Ek,,1950-12-12,cutter,900,2012-01-01,blue
s5,Anna Holm,1234567897,1970-05-14,raft,500,2013-01-01,grey
s6,Sigrid Lund,1234567897,1981-03-04,cutter,500,2013-01-01,grey
s7,,,,cutter,500,2013-01-01,grey
s8,Elin Kruse,,1968-03-11,cutter,a lot,2013-01-01,grey
`

func provenance(area int64) crosscheck.Provenance {
	return crosscheck.Provenance{Rule: "C01", Area: area, Name: "ships.csv", Day: clock.Date(2014, 1, 1), Basis: "letter 7 of the harbour office"}
}

func reader(t *testing.T, text string) table.Reader {
	t.Helper()
	rows, err := table.NewCSV(strings.NewReader(text), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// compared uploads a list for Cove as the county's office and waits until it is compared.
func compared(t *testing.T, r *register.Register, text string) crosscheck.List {
	t.Helper()
	scope := r.Scope(t, register.County, access.ImportRun)
	a, err := r.Areas.ByCode(t.Context(), scope, "11001")
	if err != nil {
		t.Fatal(err)
	}
	list, err := r.Crosschecks.Upload(t.Context(), scope, provenance(a.Key), reader(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return ended(t, r, list)
}

func ended(t *testing.T, r *register.Register, list crosscheck.List) crosscheck.List {
	t.Helper()
	if j := r.Wait(t, register.County, list.Job); j.State != job.Done {
		t.Fatalf("the comparison: %s %s", j.State, j.Error)
	}
	list, err := r.Crosschecks.List(t.Context(), r.Scope(t, register.County, access.ImportRun), list.ID)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func leads(t *testing.T, r *register.Register) []crosscheck.Lead {
	t.Helper()
	list, err := r.Crosschecks.Leads(t.Context(), r.Scope(t, register.County, access.HouseholdList), crosscheck.Filter{}, crosscheck.Position{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestAListBecomesLeadsAndItsCountsAddUpAndAgainItChangesNothing(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		for range 2 {
			list := compared(t, r, ships)
			want := crosscheck.Counts{Received: 8, Matched: 3, Unmatched: 1, Ambiguous: 2, Rejected: 2, Leads: 2}
			if list.Counts != want || list.State != crosscheck.Compared {
				t.Errorf("%s %+v, want %+v", list.State, list.Counts, want)
			}
			report, err := r.Crosschecks.Report(t.Context(), r.Scope(t, register.County, access.ImportRun), list.ID, 0, 10)
			if err != nil || fmt.Sprint(report) != "[{3 ambiguous  } {6 ambiguous  } {7 rejected name missing} {8 rejected value no_number}]" {
				t.Errorf("report %v %v", report, err)
			}
			found := leads(t, r)
			if len(found) != 2 || found[0].How == found[1].How || found[0].State != crosscheck.New || found[0].Effect != crosscheck.Veto {
				t.Fatalf("leads %+v", found)
			}
			_, values, err := r.Crosschecks.Open(t.Context(), r.Scope(t, register.County, access.HouseholdRead), found[0].ID)
			if err != nil || values["kind"] != "cutter" || len(values) != 3 {
				t.Errorf("the list says %v of it, %v", values, err)
			}
		}
	})
}

func TestALeadIsExplainedByOneAndActedOnByAnotherAndChangesNothingOfTheRegister(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		before := standing(t, r)
		compared(t, r, ships)
		ctx, found := t.Context(), leads(t, r)
		edit, decide := r.Scope(t, register.Village, access.HouseholdEdit), r.Scope(t, register.County, access.ChangeDecide)
		l := found[0]
		if n, err := r.Crosschecks.Assign(ctx, decide, office.Giving{Items: []int64{l.ID}, Owner: register.Village}); err != nil || n != 1 {
			t.Fatalf("assigned %d: %v", n, err)
		}
		for _, c := range []struct {
			scope       access.Scope
			owner, want int64
		}{{edit, office.Mine, 1}, {decide, office.Mine, 0}, {decide, register.Village, 1}, {decide, office.Nobody, int64(len(found)) - 1}} {
			if n, err := r.Crosschecks.Count(ctx, c.scope, crosscheck.Filter{Owner: c.owner}); err != nil || n != c.want {
				t.Errorf("%d leads of owner %d, want %d: %v", n, c.owner, c.want, err)
			}
		}
		if _, err := r.Crosschecks.Explain(ctx, edit, l.ID, l.Ver, "livelihood", "licence of a carrier"); !fault.Is(err, fault.Stale) {
			t.Errorf("a stale explanation: %v", err)
		}
		l = leads(t, r)[0]
		if _, err := r.Crosschecks.Explain(ctx, edit, l.ID, l.Ver, "no such", "x"); !fault.Is(err, fault.Invalid) {
			t.Errorf("an explanation that the check has not: %v", err)
		}
		l, err := r.Crosschecks.Explain(ctx, edit, l.ID, l.Ver, "livelihood", "licence of a carrier")
		if err != nil || l.State != crosscheck.Explained {
			t.Fatalf("%+v %v", l, err)
		}
		r.Grant(register.South, fmt.Sprint("person-", register.Village), "county-office")
		if _, err := r.Crosschecks.Act(ctx, r.Scope(t, register.South, access.ChangeDecide), l.ID, l.Ver, "waived"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("acted on by another account of who explained it: %v", err)
		}
		if _, err := r.Crosschecks.Act(ctx, decide, l.ID, l.Ver, "case"); !fault.Is(err, fault.Invalid) {
			t.Errorf("an act for what was confirmed: %v", err)
		}
		if l, err = r.Crosschecks.Return(ctx, decide, l.ID, l.Ver); err != nil || l.State != crosscheck.Assigned || l.Explanation != "" {
			t.Fatalf("given back: %+v %v", l, err)
		}
		if l, err = r.Crosschecks.Explain(ctx, edit, l.ID, l.Ver, "livelihood", "licence of a carrier"); err == nil {
			l, err = r.Crosschecks.Act(ctx, decide, l.ID, l.Ver, "waived")
		}
		if err != nil || l.State != crosscheck.Acted {
			t.Fatalf("%+v %v", l, err)
		}
		other := found[1]
		if other, err = r.Crosschecks.Confirm(ctx, edit, other.ID, other.Ver, "seen at the quay"); err == nil {
			_, err = r.Crosschecks.Act(ctx, decide, other.ID, other.Ver, "case")
		}
		if err != nil {
			t.Fatal(err)
		}
		compared(t, r, ships)
		waived, err := r.Crosschecks.Leads(ctx, r.Scope(t, register.County, access.HouseholdList), crosscheck.Filter{Waived: true}, crosscheck.Position{}, 10)
		if err != nil || len(waived) != 1 || waived[0].Evidence != "licence of a carrier" || waived[0].Act != "waived" {
			t.Errorf("what the look-back keeps: %+v %v", waived, err)
		}
		if after := standing(t, r); after != before {
			t.Errorf("the register was %s and is %s", before, after)
		}
	})
}

// standing is what the register says of everybody's status and membership.
func standing(t *testing.T, r *register.Register) string {
	t.Helper()
	var text strings.Builder
	for _, sql := range []string{"SELECT id, status, ver FROM household WHERE {checked} ORDER BY id", "SELECT person, coalesce(CAST(to_day AS text), ''), household FROM membership WHERE {checked} ORDER BY person, household"} {
		rows, err := store.All(t.Context(), r.DB.In(access.System("a test compares the register with itself")), sql, nil, func(rows store.Rows, line *string) error {
			var id, last int64
			var what string
			err := rows.Scan(&id, &what, &last)
			*line = fmt.Sprint(id, what, last)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&text, rows)
	}
	return text.String()
}

func TestADepartmentAnswersByTokenAndWhatItGaveIsDeletedOnItsDay(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		ctx, scope := t.Context(), r.Scope(t, register.County, access.ImportRun)
		private, err := ecdh.X25519().GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		a, err := r.Areas.ByCode(ctx, scope, "11001")
		if err != nil {
			t.Fatal(err)
		}
		list, sealed, err := r.Crosschecks.Ask(ctx, scope, provenance(a.Key), base64.StdEncoding.EncodeToString(private.PublicKey().Bytes()))
		if err != nil || list.Asked != 24 {
			t.Fatalf("%+v %v", list, err)
		}
		if strings.Contains(string(sealed), "Holm") {
			t.Error("the file is not sealed")
		}
		stranger, err := ecdh.X25519().GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := crosscheck.OpenRequest(stranger, sealed); !fault.Is(err, fault.Invalid) {
			t.Errorf("opened by another key: %v", err)
		}
		plain, err := crosscheck.OpenRequest(private, sealed)
		if err != nil || strings.Contains(string(plain), "Dora") {
			t.Fatalf("it names somebody of another area, or %v", err)
		}
		anna := ""
		for line := range strings.Lines(string(plain)) {
			if cells := strings.Split(strings.TrimSpace(line), ","); cells[2] == "Anna Holm" {
				if anna = cells[0]; cells[1] != "1234567897" || cells[3] != "" {
					t.Errorf("of Anna it says %v", cells)
				}
			}
		}
		answer := "token,kind,value,since\n" + anna + ",cutter,500,2013-01-01\nnobody,cutter,500,2013-01-01\n"
		if list, err = r.Crosschecks.Answer(ctx, scope, list.ID, list.Ver, "answer.csv", reader(t, answer)); err != nil {
			t.Fatal(err)
		}
		list = ended(t, r, list)
		if want := (crosscheck.Counts{Received: 2, Matched: 1, Rejected: 1, Leads: 1}); list.Counts != want {
			t.Errorf("%+v, want %+v", list.Counts, want)
		}
		if n, err := r.Crosschecks.Expire(ctx); err != nil || n != 0 {
			t.Errorf("%d expired before their day: %v", n, err)
		}
		r.Clock.Set(r.Clock.Now().Add(92 * 24 * time.Hour))
		if n, err := r.Crosschecks.Expire(ctx); err != nil || n != 1 {
			t.Fatalf("%d expired: %v", n, err)
		}
		var left int64
		for _, sql := range []string{"SELECT count(*) FROM check_row WHERE {checked}", "SELECT count(*) FROM check_token WHERE {checked}", "SELECT count(*) FROM check_lead WHERE {checked} AND body IS NOT NULL",
			fmt.Sprintf("SELECT count(*) FROM data_key WHERE subject = %d", list.ID)} {
			if err := store.One(ctx, r.DB.In(access.System("a test looks what is left")), sql, nil, &left); err != nil || left != 0 {
				t.Errorf("%s: %d are left, %v", sql, left, err)
			}
		}
		if l, values, err := r.Crosschecks.Open(ctx, r.Scope(t, register.County, access.HouseholdRead), leads(t, r)[0].ID); err != nil || values != nil || l.How != crosscheck.ByToken {
			t.Errorf("the lead is %+v with %v, %v", l, values, err)
		}
	})
}

func TestLeadsOfAnotherAreaAreAbsent(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		list := compared(t, r, ships)
		l := leads(t, r)[0]
		for name, err := range map[string]error{
			"list": func() error {
				_, err := r.Crosschecks.List(t.Context(), r.Scope(t, register.South, access.ImportRun), list.ID)
				return err
			}(),
			"lead": func() error {
				_, err := r.Crosschecks.Get(t.Context(), r.Scope(t, register.South, access.HouseholdRead), l.ID)
				return err
			}(),
		} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("the %s of another canton: %v", name, err)
			}
		}
		ages, err := r.Crosschecks.ByAge(t.Context(), r.Scope(t, register.County, access.HouseholdList), crosscheck.Filter{})
		if err != nil || len(ages) != 1 || ages[0].Count != [4]int64{2, 0, 0, 0} {
			t.Errorf("by age %+v %v", ages, err)
		}
		if n, err := r.Crosschecks.Count(t.Context(), r.Scope(t, register.South, access.HouseholdList), crosscheck.Filter{}); err != nil || n != 0 {
			t.Errorf("the other canton counts %d, %v", n, err)
		}
	})
}

// Whatever people do with leads, in whatever order, the register stays as it is: nobody leaves it by a hit.
func TestNoOrderOfActsOnLeadsChangesTheRegister(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		town(t, r)
		compared(t, r, ships)
		before := standing(t, r)
		accounts := []int64{register.County, register.Clerk, register.Village}
		rapid.Check(t, func(rt *rapid.T) {
			ctx := t.Context()
			for range rapid.IntRange(1, 6).Draw(rt, "acts") {
				l := leads(t, r)[rapid.IntRange(0, 1).Draw(rt, "lead")]
				account := rapid.SampledFrom(accounts).Draw(rt, "account")
				edit, err := access.Decide(r.Who(account), access.HouseholdEdit)
				if err != nil {
					rt.Fatal(err)
				}
				switch rapid.IntRange(0, 4).Draw(rt, "act") {
				case 0:
					_, err = r.Crosschecks.Explain(ctx, edit, l.ID, l.Ver, "lent", "a paper")
				case 1:
					_, err = r.Crosschecks.Confirm(ctx, edit, l.ID, l.Ver, "seen")
				case 2:
					_, err = r.Crosschecks.Return(ctx, edit, l.ID, l.Ver)
				case 3:
					_, err = r.Crosschecks.Act(ctx, edit, l.ID, l.Ver, rapid.SampledFrom([]string{"waived", "case"}).Draw(rt, "code"))
				default:
					_, err = r.Crosschecks.Assign(ctx, edit, office.Giving{Items: []int64{l.ID}, Owner: account})
				}
				var known *fault.Error
				if err != nil && !errors.As(err, &known) {
					rt.Fatal(err)
				}
			}
			if after := standing(t, r); after != before {
				rt.Fatalf("the register was %s and is %s", before, after)
			}
		})
	})
}
