package crosscheck_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/verify/crosscheck"
	"rightkey/test/hamlets"
	"rightkey/test/register"
)

// former is an official who is none any more.
const former = 44

// withHands is the made-up country with a screen on who worked on whose household.
func withHands(t *testing.T, test func(t *testing.T, r *register.Register)) {
	t.Helper()
	files := purses(t)
	checks := files["ostania/checks.yaml"]
	kin := string(checks.Data[bytes.Index(checks.Data, []byte("  - code: G01")):bytes.Index(checks.Data, []byte("  - code: G02"))])
	checks.Data = append(checks.Data, strings.NewReplacer("code: G01", "code: G10", "screen: kin", "screen: own_hand").Replace(kin)...)
	hamlets.Under(t, files, register.Areas, test)
}

// household is what a key of a test's file became.
func household(t *testing.T, r *register.Register, key string) (id int64) {
	t.Helper()
	if err := store.One(t.Context(), r.DB.In(access.System("a test reads keys")), "SELECT id FROM alias WHERE kind = 'household' AND key = $1", []any{key}, &id); err != nil {
		t.Fatal(err)
	}
	return id
}

// writes has an account write in a household's record.
func writes(t *testing.T, r *register.Register, account int64, key string) {
	t.Helper()
	var ver int64
	if err := store.One(t.Context(), r.DB.In(access.System("a test reads versions")), "SELECT ver FROM household WHERE {checked} AND id = $1", []any{household(t, r, key)}, &ver); err != nil {
		t.Fatal(err)
	}
	set, err := r.Changes.Submit(t.Context(), r.Scope(t, account, access.HouseholdEdit), change.Draft{Source: change.Page, Title: "form", Reason: "visit",
		Rows: []change.Row{{SubjectKind: registry.SubjectHousehold, Subject: household(t, r, key), BaseVer: ver, Set: change.Values{"drift_nets": int64(7)}}}})
	if err != nil || set.State != change.Applied {
		t.Fatalf("write in %s: %+v %v", key, set, err)
	}
}

// officials have accounts, the former one a closed one.
func officials(t *testing.T, r *register.Register) {
	t.Helper()
	for account, state := range map[int64]string{register.County: "active", register.Village: "active", former: "closed"} {
		plant(t, r, fmt.Sprintf("INSERT INTO account (id, login, name, person, state, password, lang, theme, created, created_by) VALUES (%d, 'login-%d', 'Official', 'person-%d', '%s', '', 'en', '', 0, 0)", account, account, account, state))
	}
}

// declares has an official say of which household he is kin.
func declares(t *testing.T, r *register.Register, account int64, key, relation string) {
	t.Helper()
	plant(t, r, fmt.Sprintf("INSERT INTO own_declared (person, home, subject_kind, subject, relation, declared, declared_by) SELECT 'person-%d', home, 'record', id, '%s', 0, 0 FROM alias WHERE kind = 'household' AND key = '%s'", account, relation, key))
}

// hands are the leads on who worked on whose household: rule, household, account and deeds.
func hands(t *testing.T, r *register.Register) (found []string) {
	t.Helper()
	screened(t, r)
	all, err := r.Crosschecks.Leads(t.Context(), access.System("a test reads leads"), crosscheck.Filter{Rule: "G10"}, crosscheck.Position{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		signs, err := crosscheck.SignsOf(l)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, fmt.Sprint(keyOf(t, r, l.Household), " ", l.Subject, " ", signs.Relation, " ", signs.Deeds))
	}
	slices.Sort(found)
	return found
}

func keyOf(t *testing.T, r *register.Register, id int64) (key string) {
	t.Helper()
	if err := store.One(t.Context(), r.DB.In(access.System("a test reads keys")), "SELECT key FROM alias WHERE kind = 'household' AND id = $1", []any{id}, &key); err != nil {
		t.Fatal(err)
	}
	return key
}

// In the village of one surname an official writes in the household into which his son moved (b), judges the one from which
// his wife came (j), and took part in a case of her brother's (a) before he said that this is kin; that of his wife's
// sister (k) was judged in a run over all. The office that brought in the file is kin of n30, and somebody who is no
// official any more had written in the record of n31.
func TestWhoWorkedOnTheHouseholdOfHisKinIsRaisedByTheJournal(t *testing.T) {
	withHands(t, func(t *testing.T, r *register.Register) {
		oneSurname(t, r)
		officials(t, r)
		r.Grant(former, "person-44", "village-official@11001001")
		writes(t, r, register.Village, "b")
		writes(t, r, former, "n31")
		writes(t, r, former, "n32")
		for n, judged := range []struct {
			key string
			run int
		}{{"j", 0}, {"k", 5}} {
			plant(t, r, fmt.Sprintf(`INSERT INTO assessment (home, id, household, area, run, day, at, account, pack, version, hash, verdict, persons, inputs, reason)
				SELECT home, %d, id, 11001001, %d, 0, 0, 4, '', '', '', 'poor', 1, '', '' FROM alias WHERE kind = 'household' AND key = '%s'`, 700001+n, judged.run, judged.key))
		}
		plant(t, r, `INSERT INTO case_file (home, id, code, kind, pack, area, household, state, since, opened, account, holder, waits) SELECT home, 710001, 'exit', 'exit', '', 11001001, id, 'open', 0, 0, 3, 'person-3', ',' FROM alias WHERE kind = 'household' AND key = 'a'`)
		plant(t, r, `INSERT INTO case_act (home, case_id, n, transition, from_state, to_state, account, holder, role, reason, at) SELECT home, 710001, 1, 'agree', 'open', 'done', 4, 'person-4', 'village-official', '', 0 FROM alias WHERE kind = 'household' AND key = 'a'`)
		declares(t, r, former, "n31", "parent")
		declares(t, r, register.County, "n30", "sibling")
		want := []string{"a 4 in_law [decided]", "b 4 self [changed]", "j 4 self [assessed]", "n30 2 sibling [imported]", "n31 44 parent [changed]"}
		for range 2 {
			if got := hands(t, r); !slices.Equal(got, want) {
				t.Errorf("raised %v, want %v", got, want)
			}
		}
		onesOwn(t, r)
	})
}

// onesOwn: who is meant does not see the lead, the county and the township do, but for those on themselves.
func onesOwn(t *testing.T, r *register.Register) {
	t.Helper()
	for account, want := range map[int64]int{register.Village: 0, register.Clerk: 5, register.County: 4} {
		list, err := r.Crosschecks.Leads(t.Context(), r.Scope(t, account, access.CaseRead), crosscheck.Filter{Rule: "G10"}, crosscheck.Position{}, 100)
		list = slices.DeleteFunc(list, func(l crosscheck.Lead) bool { return account == register.Village && l.Subject != account })
		if err != nil || len(list) != want {
			t.Errorf("account %d sees %d leads, want %d: %v", account, len(list), want, err)
		}
	}
}

func TestOfAHouseholdThatAnImportOpenedItIsKnownWhoseImportItWas(t *testing.T) {
	withHands(t, func(t *testing.T, r *register.Register) {
		oneSurname(t, r)
		officials(t, r)
		writes(t, r, register.Village, "b")
		a, b := household(t, r, "a"), household(t, r, "b")
		asks := access.System("a test asks")
		var home int64
		if err := store.One(t.Context(), r.DB.In(asks), "SELECT home FROM household WHERE {checked} AND id = $1", []any{a}, &home); err != nil {
			t.Fatal(err)
		}
		found, err := r.Changes.Origins(t.Context(), asks, home, []int64{a, b, 999})
		if err != nil {
			t.Fatal(err)
		}
		want := map[int64]change.Origin{a: {Account: register.County, Person: "person-2", Source: change.File}, b: {Account: register.Village, Person: "person-4", Source: change.Page}}
		if len(found) != len(want) || found[a] != want[a] || found[b] != want[b] {
			t.Errorf("%+v, want %+v", found, want)
		}
	})
}
