package registry_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/office"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/test/stand"
)

// erasing is a house in which persons can be erased, with what lies outside its database.
type erasing struct {
	*house
	erasures  *registry.Erasures
	approvals *office.Approvals
	listed    *journal.Erasures
	sealer    *journal.Sealer
	notary    *journal.Notary
	witness   *journal.Witness
	ledger    *journal.Ledger
}

func withErasures(t *testing.T, h *house) *erasing {
	t.Helper()
	notary, err := journal.NewNotary(h.Keys.Ring())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	e := &erasing{house: h, notary: notary, approvals: office.NewApprovals(h.DB, h.Journal, h.Areas.Scheme()),
		witness: journal.NewWitness(journal.NewLedger(filepath.Join(dir, "witness"), notary)), ledger: journal.NewLedger(filepath.Join(dir, "erasures"), notary)}
	e.listed = journal.NewErasures(e.ledger, h.Raw)
	e.erasures = registry.NewErasures(h.Registry, e.approvals, e.listed)
	e.sealer = journal.NewSealer(h.Journal, notary, e.witness)
	if err := e.sealer.Finish(ctx); err != nil {
		t.Fatal(err)
	}
	return e
}

// personNamed is the identifier of a member of the household in an area.
func (e *erasing) personNamed(t *testing.T, area, name string) registry.Member {
	t.Helper()
	f, err := e.Registry.Open(ctx, e.scope(t, 2, access.HouseholdRead), e.find(t, area).ID)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(f.Members, func(m registry.Member) bool { return m.Name == name })
	if i < 0 {
		t.Fatalf("no %s among %+v", name, f.Members)
	}
	return f.Members[i]
}

// erase lets account 2 ask, account 5 agree and account 2 do it.
func (e *erasing) erase(t *testing.T, person int64) {
	t.Helper()
	a, err := e.erasures.Ask(ctx, e.accounts[2], person, "at the person's own wish")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.approvals.Approve(ctx, e.accounts[5], a.ID, a.Ver, ""); err != nil {
		t.Fatal(err)
	}
	if err := e.erasures.Erase(ctx, e.accounts[2], person, a.ID); err != nil {
		t.Fatal(err)
	}
}

// verify checks the journal with the list of erasures.
func verified(t *testing.T, db store.DB, e *erasing) journal.Report {
	t.Helper()
	covering, err := journal.NewErasures(e.ledger, db).Covering(ctx)
	if err != nil {
		t.Fatal(err)
	}
	report, err := journal.Verify(ctx, db, e.notary, covering, e.witness)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// columns are the text and byte columns of every table.
func columns(t *testing.T, db store.DB) [][2]string {
	t.Helper()
	sql := `SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%'
		AND c.type IN ('TEXT', 'BLOB') ORDER BY m.name, c.cid`
	if db.Engine() == store.Postgres {
		sql = `SELECT CAST(table_name AS text), CAST(column_name AS text) FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%'
			AND data_type IN ('text', 'bytea') ORDER BY table_name, ordinal_position`
	}
	found, err := store.All(ctx, db, sql, nil, func(r store.Rows, c *[2]string) error { return r.Scan(&c[0], &c[1]) })
	if err != nil || len(found) < 50 {
		t.Fatalf("%d columns (%v)", len(found), err)
	}
	return found
}

// holding lists the columns in which any of words stands.
func holding(t *testing.T, db store.DB, words ...string) []string {
	t.Helper()
	var found []string
	for _, c := range columns(t, db) {
		values, err := store.All(ctx, db, fmt.Sprintf("SELECT %s FROM %s WHERE %[1]s IS NOT NULL", c[1], c[0]), nil, func(r store.Rows, v *any) error { return r.Scan(v) })
		if err != nil {
			t.Fatalf("%s.%s: %v", c[0], c[1], err)
		}
		for _, v := range values {
			content, isBytes := v.([]byte)
			if !isBytes {
				content = fmt.Append(nil, v)
			}
			for _, word := range words {
				if bytes.Contains(content, []byte(word)) {
					found = append(found, c[0]+"."+c[1]+" holds "+word)
				}
			}
		}
	}
	return found
}

func TestAnErasedPersonIsFoundByNothingAndTheJournalStillVerifies(t *testing.T) { // SECURITY N64
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		e := withErasures(t, h)
		m := e.personNamed(t, "11001002", "Cy Shoal")
		h2 := e.find(t, "11001002")
		// An applied change, and one that waits, hold his values too.
		for i, set := range []change.Values{{"salt_fever": true}, {"name": "Cyrus Shoal"}} {
			draft := change.Draft{Source: change.Page, Title: "edit", Reason: "test", Rows: []change.Row{{SubjectKind: "person", Subject: m.ID, BaseVer: m.Ver + int64(i), Set: set}}}
			if _, err := e.Changes.Submit(ctx, h.purpose(t, 2), draft); err != nil {
				t.Fatal(err)
			}
		}
		if at := holding(t, h.Raw, "Cy Shoal", "Cyrus", "9876543217"); len(at) == 0 {
			t.Fatal("the search through the tables finds nobody")
		}
		e.erase(t, m.ID)
		if at := holding(t, h.Raw, "Cy Shoal", "Cyrus", "9876543217", "3217"); len(at) > 0 {
			t.Errorf("after the erasure %v", at)
		}
		if _, err := journal.NewKeys(e.Keys.Ring(), h.Raw).Of(ctx, m.Home, m.ID); !errors.Is(err, journal.ErrErased) {
			t.Errorf("his data key: %v", err)
		}
		after := e.find(t, "11001002")
		if after.Members != h2.Members || after.HeadName != "" {
			t.Errorf("the household %+v, want as many members and a head without name", after)
		}
		f, err := e.Registry.Open(ctx, e.scope(t, 2, access.HouseholdRead), after.ID)
		if err != nil || len(f.Members) != 1 || f.Members[0].Erased == 0 || f.Members[0].Name != "" || f.Members[0].Birth != nil || f.Members[0].IDTail != "" {
			t.Errorf("the file shows %+v (%v)", f.Members, err)
		}
		if len(f.Waiting) != 0 {
			t.Errorf("%d changes wait still", len(f.Waiting))
		}
		read := e.scope(t, 2, access.HouseholdRead)
		if _, _, err := e.Registry.OpenPerson(ctx, read, m.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("by number: %v", err)
		}
		if _, err := e.Registry.HouseholdOf(ctx, read, m.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("by the number of a card: %v", err)
		}
		filter, err := e.Registry.ParseFilter(ctx, read, map[string][]string{"name": {"Cy"}})
		if err != nil {
			t.Fatal(err)
		}
		if list, err := e.Registry.List(ctx, read, filter, registry.Position{}, 10); err != nil || len(list) != 0 {
			t.Errorf("by name: %v (%v)", list, err)
		}
		hash := e.Keys.Ring().Blind("person.national_id", []byte("9876543217"))
		var claims int64
		if err := store.One(ctx, h.Raw, "SELECT count(*) FROM id_claim WHERE id_hash = $1", []any{hash[:]}, &claims); err != nil || claims != 0 {
			t.Errorf("%d claims of his number (%v)", claims, err)
		}
		e.settle(t)
		if r := verified(t, h.Raw, e); r.Finding != nil || r.Erased == 0 {
			t.Errorf("the journal: %+v %v", r, r.Finding)
		}
		if err := e.erasures.Erase(ctx, e.accounts[2], m.ID, 1); !fault.Is(err, fault.NotFound) {
			t.Errorf("erased twice: %v", err)
		}
	})
}

func (e *erasing) settle(t *testing.T) {
	t.Helper()
	c, err := e.Journal.Begin(ctx, journal.Who{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Note(ctx, journal.Entry{Kind: "test.end", SubjectKind: "test"}); err != nil {
		t.Fatal(err)
	}
	if err := e.Raw.Tx(ctx, func(tx store.Tx) error { return c.Append(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
	for range 600 {
		if err := e.sealer.Finish(ctx); err != nil {
			t.Fatal(err)
		}
		waiting, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		_, err := e.Journal.Settled(waiting, c)
		cancel()
		if err == nil {
			return
		}
	}
	t.Fatal("the journal was not sealed")
}

func TestAnErasureTakesTwoPersonsAndNoHold(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		e := withErasures(t, h)
		m := e.personNamed(t, "11001001", "Bo Reef")
		if _, err := e.erasures.Ask(ctx, e.accounts[4], m.ID, "why"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a village official asks: %v", err)
		}
		if _, err := e.erasures.Ask(ctx, e.accounts[7], m.ID, "why"); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody of another county asks: %v", err)
		}
		a, err := e.erasures.Ask(ctx, e.accounts[2], m.ID, "why")
		if err != nil {
			t.Fatal(err)
		}
		if err := e.erasures.Erase(ctx, e.accounts[2], m.ID, a.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("erased without a second person: %v", err)
		}
		twin := e.accounts[5]
		twin.Person = e.accounts[2].Person
		if _, err := e.approvals.Approve(ctx, twin, a.ID, a.Ver, ""); err == nil {
			t.Error("the same person agreed by a second account")
		}
		if _, err := e.approvals.Approve(ctx, e.accounts[5], a.ID, a.Ver, ""); err != nil {
			t.Fatal(err)
		}
		if err := e.erasures.PutHold(ctx, e.accounts[5], m.ID, "court order 7"); err != nil {
			t.Fatal(err)
		}
		if err := e.erasures.Erase(ctx, e.accounts[2], m.ID, a.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("erased under a legal hold: %v", err)
		}
		if _, err := e.erasures.Ask(ctx, e.accounts[2], m.ID, "why"); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked for under a legal hold: %v", err)
		}
		other := e.personNamed(t, "11001001", "Ana Reef")
		if err := e.erasures.Erase(ctx, e.accounts[2], other.ID, a.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another person under this approval: %v", err)
		}
		if err := e.erasures.LiftHold(ctx, e.accounts[2], m.ID, "order 7 withdrawn"); err != nil {
			t.Fatal(err)
		}
		if err := e.erasures.LiftHold(ctx, e.accounts[2], m.ID, "again"); !fault.Is(err, fault.Conflict) {
			t.Errorf("lifted twice: %v", err)
		}
		if err := e.erasures.Erase(ctx, e.accounts[2], m.ID, a.ID); err != nil {
			t.Errorf("erased after the hold was lifted: %v", err)
		}
		if listed, err := e.listed.All(ctx); err != nil || len(listed) != 1 || listed[0].Person != m.ID || listed[0].Approval != a.ID {
			t.Errorf("the list outside the database: %+v (%v)", listed, err)
		}
	})
}

func TestAnErasureThatACrashKeptOffTheListIsAddedAtTheNextStart(t *testing.T) {
	h := open(t, stand.New(t, storetest.SQLite(t), "2-3-3"))
	h.fill(t)
	e := withErasures(t, h)
	m := e.personNamed(t, "11001001", "Bo Reef")
	e.erase(t, m.ID)
	lost := journal.NewErasures(journal.NewLedger(filepath.Join(t.TempDir(), "lost"), e.notary), h.Raw)
	if _, err := registry.NewErasures(h.Registry, e.approvals, lost).Again(ctx); err != nil {
		t.Fatal(err)
	}
	if listed, err := lost.All(ctx); err != nil || len(listed) != 1 || listed[0].Person != m.ID {
		t.Errorf("listed %+v (%v)", listed, err)
	}
}

// purpose is the scope of an account that may see special fields.
func (h *house) purpose(t *testing.T, account int64) access.Scope {
	c := h.accounts[account]
	c.Purpose = "verification"
	return stand.Scope(t, c, access.HouseholdEdit)
}

// unforgotten are the columns that hold no text of a person, and why; * stands for all columns of a table.
var unforgotten = map[string]string{
	"account.*":               "officials, not registered persons",
	"account_grant.*":         "officials",
	"cover.*":                 "officials",
	"session.*":               "officials",
	"api_token.*":             "officials",
	"account_factor.*":        "officials",
	"account_recovery.*":      "officials",
	"alert.*":                 "officials",
	"unmasking.*":             "officials, and codes of fields",
	"lookup.*":                "counts of officials' look-ups",
	"duplicate_pair.*":        "how far fields agree, never what they hold",
	"duplicate_judgement.*":   "officials and codes",
	"duplicate_model.*":       "names that many bear, never of fewer than five; sealed",
	"duplicate_inquiry.*":     "officials and codes",
	"check_list.*":            "where lists came from and by what right",
	"check_row.*":             "rows of lists, sealed under a key of their own that goes when the list expires",
	"check_lead.subject_kind": "codes", "check_lead.rule": "codes", "check_lead.effect": "codes", "check_lead.how": "codes", "check_lead.role": "codes", "check_lead.state": "codes",
	"check_lead.explanation": "codes", "check_lead.act": "codes", "check_lead.judge_person": "officials", "check_lead.mark": "a blind index of the row of a list",
	"case_file.*":               "codes and officials",
	"case_act.*":                "codes and officials; what was said is sealed under the household's key",
	"case_clock.*":              "codes",
	"case_batch.*":              "codes and officials",
	"case_bulk.*":               "codes",
	"sitting.*":                 "codes and officials; the minutes are sealed under a key of their own",
	"sitting_line.*":            "codes",
	"notice.*":                  "codes, officials and the photo of a board",
	"notice_line.*":             "what hung in public, names masked",
	"objection.*":               "codes and officials; what was said is sealed under the household's key",
	"campaign.*":                "codes and officials",
	"campaign_stratum.*":        "codes",
	"campaign_team.*":           "officials",
	"campaign_household.*":      "codes and officials",
	"visit.*":                   "codes and officials; answers are sealed under the household's key",
	"problem_item.subject_kind": "codes", "problem_item.rule": "codes", "problem_item.severity": "codes", "problem_item.fields": "codes of fields",
	"problem_item.role": "codes", "problem_item.state": "codes", "problem_item.proposer_person": "officials",
	"quality_mark.rule":     "codes",
	"quality_area.*":        "middle figures of areas",
	"assignment.*":          "officials",
	"inspection.*":          "officials",
	"organisation.*":        "organisations and their offices",
	"export.*":              "what was asked for: filters are codes, a name is sealed",
	"export_part.*":         "parts of finished files, sealed under a key of their own that goes when they expire",
	"throttle.*":            "hashes of logins and addresses",
	"idempotency.*":         "answers of the API, sealed, kept for a day",
	"meta.*":                "the database itself",
	"id_counter.*":          "counters",
	"log_page.*":            "hashes",
	"log_state.*":           "the seal",
	"log_checkpoint.*":      "signed hashes",
	"pack.*":                "policy packs",
	"pack_use.*":            "policy packs",
	"area.*":                "areas",
	"area_history.*":        "areas",
	"area_change.*":         "areas",
	"area_shape.*":          "outlines of areas and names of files",
	"month_end.*":           "months and hashes of figures",
	"month_figure.*":        "counts of areas by status",
	"area_file.*":           "files of areas",
	"item.*":                "codes of the pack",
	"collection_window.*":   "sections of the form and reasons of officials",
	"norm_table.*":          "areas and years",
	"norm.*":                "products and figures of an area",
	"job.*":                 "work: titles and counts",
	"import.*":              "names of files, mappings",
	"import_template.*":     "mappings",
	"staging.*":             "rows of files, sealed under a key of their own that goes when the import is applied",
	"change_set.*":          "titles and reasons of officials, without personal data",
	"approval.*":            "titles and reasons of officials, without personal data",
	"transfer.*":            "numbers",
	"event.*":               "headers, without personal data; they must stay",
	"household.number":      "the household's own number",
	"household.status":      "codes",
	"household_status.*":    "codes of the household",
	"person.number":         "the number under which the erased person is still counted",
	"membership.relation":   "a code; the household keeps its shape",
	"membership.end_reason": "codes",
	"entry.subject":         "codes", "entry.class": "codes", "entry.currency": "codes", "entry.origin": "codes",
	"person_find.*": "goes by takeKeys",
	"find_late.*":   "numbers of persons",
	"assessment.*":  "sums and verdicts of the household",
}

func TestEveryColumnThatCanHoldAPersonsTextIsForgottenOrExcused(t *testing.T) {
	known := map[string]bool{}
	for _, f := range registry.Forgetting() {
		if f.Columns == nil {
			known[f.Table+".*"] = true
		}
		for _, c := range f.Columns {
			known[f.Table+"."+c] = true
		}
	}
	for _, c := range columns(t, storetest.SQLite(t)) {
		table, column := c[0]+".*", c[0]+"."+c[1]
		if known[table] || known[column] || unforgotten[table] != "" || unforgotten[column] != "" {
			continue
		}
		t.Errorf("%s can hold a person's text: name it in forgetting (internal/registry/forget.go), or say here why it holds none", column)
	}
}
