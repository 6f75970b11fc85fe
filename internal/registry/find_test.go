package registry_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

const manyHouseholds = "key,area,status,nets,lamp,catch,horn\nh1,11001001,stranded,3,yes,100,0300-1234567\nh2,11001002,afloat,0,no,0,\nh3,12001001,stranded,,,,+92 300 7654321\n"
const manyPersons = "key,hh,name,sex,birth,id,rel,fever\np1,h1,王小明,f,1970-05-01,1234567897,head,\np2,h1,Muhammad Aslam Khan,m,1999-01-02,,kin,\n" +
	"p3,h2,محمد اسلم,m,1960-01-01,9876543217,head,\np4,h3,王晓明,f,1980-02-29,1234567897,head,\n"

// fillNames imports households whose members' names are written in several scripts.
func (h *house) fillNames(t *testing.T) {
	t.Helper()
	withHorn := households
	withHorn.Columns = map[string]string{"status": "status", "nets": "drift_nets", "lamp": "lamp", "catch": "catch_value", "horn": "horn"}
	for _, f := range []struct {
		m   registry.Mapping
		csv string
	}{{withHorn, manyHouseholds}, {persons, manyPersons}} {
		if im, j := h.importCSV(t, 2, f.m, registry.Stop, f.csv); im.State != registry.Imported {
			report, _ := h.Registry.Report(ctx, h.scope(t, 2, access.ImportRun), im.ID, 0, 100)
			t.Fatalf("import of %s: %s %+v %s %+v", f.m.Subject, im.State, j.Counts, j.Error, report)
		}
	}
}

// search is what an account finds: "why name" of persons, "why #" of households, "why @area".
func (h *house) search(t *testing.T, account int64, text string) []string {
	t.Helper()
	hits, err := h.Registry.Find(ctx, h.scope(t, account, access.HouseholdList), registry.Query{Text: text}, 20)
	if err != nil {
		t.Fatalf("find %q: %v", text, err)
	}
	var found []string
	for _, hit := range hits {
		switch {
		case hit.Person != nil:
			found = append(found, fmt.Sprint(hit.Why, " ", hit.Person.Name))
		case hit.Household != nil:
			found = append(found, fmt.Sprint(hit.Why, " #", hit.Household.HeadName))
		default:
			found = append(found, fmt.Sprint(hit.Why, " @", hit.Area.Name))
		}
	}
	return found
}

func TestAnybodyIsFoundInAnyWriting(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fillNames(t)
		for text, want := range map[string]string{
			"王小明":             "same 王小明",
			"王小名":             "sounds 王小明",
			"wang xiaoming":   "script 王小明",
			"Aslam Khan":      "inside Muhammad Aslam Khan",
			"Mohammad Aslm":   "script محمد اسلم",
			"محمد أسلم":       "same محمد اسلم",
			"اسلم":            "inside محمد اسلم",
			"0300 123 45 67":  "phone #王小明",
			"+92-300-1234567": "phone #王小明",
			"1234567":         "phone #王小明",
			"Reef":            "place @Reef",
			"12345 67897":     "identity 王小明",
			"9876543217":      "identity محمد اسلم",
		} {
			if got := h.search(t, 2, text); len(got) == 0 || got[0] != want {
				t.Errorf("%s: %q, want %q first", text, got, want)
			}
		}
		for _, nothing := range []string{"", "  ", "Zzyzx Quux", "1111111116", "4567", "'; DROP TABLE person; --"} {
			if got := h.search(t, 2, nothing); len(got) != 0 {
				t.Errorf("%q finds %q", nothing, got)
			}
		}
	})
}

func TestAPersonsAndAHouseholdsNumberIsFound(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fillNames(t)
		row := h.find(t, "11001001")
		if got := h.search(t, 4, row.Number); len(got) != 1 || got[0] != "number #王小明" {
			t.Errorf("a household's number finds %q", got)
		}
		if got := h.search(t, 4, registry.Number(row.Head)); len(got) != 1 || got[0] != "number 王小明" {
			t.Errorf("a person's number finds %q", got)
		}
		if got := h.search(t, 7, row.Number); len(got) != 0 {
			t.Errorf("from another county the number finds %q", got)
		}
	})
}

func TestASearchFindsNothingOutOfScope(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fillNames(t)
		for text, want := range map[string]string{"王小明": "[sounds 王晓明]", "1234567897": "[identity 王晓明]", "محمد اسلم": "[]", "03001234567": "[]", "Reef": "[]", "+92 300 7654321": "[phone #王晓明]"} {
			if got := fmt.Sprint(h.search(t, 7, text)); got != want {
				t.Errorf("%s in the south: %s, want %s", text, got, want)
			}
		}
		for _, account := range []int64{2, 4} { // both claimants of a number, each as far as one sees
			want := map[int64]string{2: "[identity 王小明 identity 王晓明]", 4: "[identity 王小明]"}[account]
			if got := fmt.Sprint(h.search(t, account, "1234567897")); got != want {
				t.Errorf("claimants for account %d: %s, want %s", account, got, want)
			}
		}
	})
}

func TestAChangedNameIsFoundAndTheOldOneIsNot(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fillNames(t)
		row := h.find(t, "11001001")
		edit := h.scope(t, 4, access.HouseholdEdit)
		set, err := h.Changes.Submit(ctx, edit, change.Draft{Source: change.Page, Title: "name", Reason: "misspelt",
			Rows: []change.Row{{SubjectKind: "person", Subject: row.Head, BaseVer: 1, Set: change.Values{"name": "李大伟"}}}})
		if err != nil || set.State != change.Applied {
			t.Fatalf("%+v %v", set, err)
		}
		if got := fmt.Sprint(h.search(t, 4, "李大卫")); got != "[sounds 李大伟]" {
			t.Errorf("the new name: %s", got)
		}
		if got := h.search(t, 4, "王小明"); len(got) != 0 {
			t.Errorf("the old name: %s", got)
		}
	})
}

func TestWhoMayNotSeeNamesFindsNobodyByName(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fillNames(t)
		if _, err := access.Decide(h.accounts[6], access.HouseholdList); !fault.Is(err, fault.Forbidden) {
			t.Errorf("an analyst may search: %v", err)
		}
	})
}

func TestSearchesAreCountedAndJournalled(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fillNames(t)
		scope := h.scope(t, 4, access.HouseholdList)
		h.search(t, 4, "王小明")
		var refused error
		tried := 0
		for ; tried < 100 && refused == nil; tried++ {
			_, refused = h.Registry.Find(ctx, scope, registry.Query{Text: "1234567897"}, 20)
		}
		if !fault.Is(refused, fault.TooMany) || tried != 61 {
			t.Errorf("after %d look-ups of an identity number: %v", tried, refused)
		}
		if _, err := h.Registry.Find(ctx, scope, registry.Query{Text: "王小明"}, 20); err != nil {
			t.Errorf("a search by name: %v", err)
		}
		h.Clock.Set(h.Clock.Now() + 61*60*1_000_000)
		if _, err := h.Registry.Find(ctx, scope, registry.Query{Text: "1234567897"}, 20); err != nil {
			t.Errorf("an hour later: %v", err)
		}
		for kind, want := range map[string]int64{"search.read": 63, "identity.read": 61, "identity.sought": 61} {
			var n int64
			if err := store.One(ctx, h.Raw, "SELECT count(*) FROM event WHERE kind = $1 AND account = 4", []any{kind}, &n); err != nil || n != want {
				t.Errorf("%d events %s (%v), want %d", n, kind, err, want)
			}
		}
		bodies, err := store.All(ctx, h.Raw, "SELECT b.body FROM event e JOIN event_body b ON b.home = e.home AND b.id = e.id WHERE e.account = 4", nil,
			func(r store.Rows, body *[]byte) error { return r.Scan(body) })
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range bodies {
			if strings.Contains(string(body), "1234567897") || strings.Contains(string(body), "小明") {
				t.Errorf("the journal repeats what was searched: %s", body)
			}
		}
	})
}

func TestADatabaseFromBeforeTheKeysGetsThemByAJob(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fillNames(t)
		before := h.keysToFindBy(t)
		for _, table := range []string{"find_key", "person_find", "phone_key"} {
			if err := h.Raw.Tx(ctx, func(tx store.Tx) error { _, err := tx.Exec(ctx, "DELETE FROM "+table); return err }); err != nil {
				t.Fatal(err)
			}
		}
		if got := h.search(t, 2, "王小明"); len(got) != 0 {
			t.Fatalf("without keys: %q", got)
		}
		if err := h.Registry.PrepareFinding(ctx); err != nil {
			t.Fatal(err)
		}
		for range 2000 {
			list, err := h.Jobs.List(ctx, h.accounts[2], 0, 1)
			if err != nil {
				t.Fatal(err)
			}
			if list[0].Kind == "find-keys" && list[0].State.Ended() {
				if c := list[0].Counts; list[0].State != job.Done || c.In != 7 || c.Created != 7 || list[0].Done != list[0].Total {
					t.Errorf("the job ended as %+v", list[0])
				}
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		if after := h.keysToFindBy(t); after != before || before == "" {
			t.Errorf("keys made by the job are\n%s\nthose of the import were\n%s", after, before)
		}
		if err := h.Registry.PrepareFinding(ctx); err != nil {
			t.Fatal(err)
		}
		var jobs int64
		if err := store.One(ctx, h.Raw, "SELECT count(*) FROM job WHERE kind = 'find-keys'", nil, &jobs); err != nil || jobs != 1 {
			t.Errorf("%d jobs (%v), want 1", jobs, err)
		}
	})
}

// keysToFindBy are all keys, as text.
func (h *house) keysToFindBy(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, sql := range []string{"SELECT CAST(key AS text), area, person FROM find_key ORDER BY key, area, person", "SELECT digits, area, subject FROM phone_key ORDER BY digits, area, subject"} {
		rows, err := store.All(ctx, h.Raw, sql, nil, func(r store.Rows, line *string) error {
			var key string
			var area, id int64
			err := r.Scan(&key, &area, &id)
			*line = fmt.Sprintln(key, area, id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(strings.Join(rows, ""))
	}
	return b.String()
}
