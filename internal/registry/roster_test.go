package registry_test

import (
	"fmt"
	"slices"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// onDay is the day of acts in tests, after the import.
var onDay = clock.Date(2014, 6, 1)

// file opens a household's file as the county office sees it.
func (h *house) file(t *testing.T, id int64) registry.File {
	t.Helper()
	f, err := h.Registry.Open(ctx, h.scope(t, 2, access.HouseholdRead), id)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// member finds a present member by name.
func member(t *testing.T, f registry.File, name string) registry.Member {
	t.Helper()
	i := slices.IndexFunc(f.Members, func(m registry.Member) bool { return m.Name == name })
	if i < 0 {
		t.Fatalf("%s is no member of %+v", name, f.Members)
	}
	return f.Members[i]
}

// report submits an act as the county office.
func (h *house) report(t *testing.T, household int64, act registry.Act) (change.Set, error) {
	t.Helper()
	row := h.file(t, household)
	return h.Registry.ReportAct(ctx, h.scope(t, 2, access.HouseholdEdit), household, registry.Report{Source: change.Page, Reason: "visit", Ver: row.Ver, Act: act})
}

// act submits an act and, where it waits, has a second person apply it.
func (h *house) act(t *testing.T, household int64, act registry.Act) {
	t.Helper()
	set, err := h.report(t, household, act)
	if err == nil && set.State == change.Waiting {
		set, err = h.Changes.Approve(ctx, h.scope(t, 5, access.ChangeDecide), set.ID, set.Ver, "seen")
	}
	if err != nil || set.State != change.Applied {
		t.Fatalf("act %s: %+v %v %v", act.Code, set, err, registry.ObjectionsOf(err))
	}
	h.sound(t)
}

// sound checks what must hold of every roster, whatever happened.
func (h *house) sound(t testing.TB) {
	t.Helper()
	for what, sql := range map[string]string{
		"households with members and not exactly one head": `SELECT count(*) FROM household h WHERE h.members > 0 AND (SELECT count(*) FROM membership m WHERE m.home = h.home AND m.household = h.id AND m.head = 1 AND m.to_day IS NULL) <> 1`,
		"households whose count of members is wrong":       `SELECT count(*) FROM household h WHERE h.members <> (SELECT count(*) FROM membership m WHERE m.home = h.home AND m.household = h.id AND m.to_day IS NULL)`,
		"households whose head is another or dead": `SELECT count(*) FROM household h WHERE h.members > 0 AND NOT EXISTS (SELECT 1 FROM membership m JOIN person p ON p.home = m.home AND p.id = m.person
			WHERE m.home = h.home AND m.household = h.id AND m.head = 1 AND m.to_day IS NULL AND m.person = h.head AND p.name = h.head_name AND p.died IS NULL)`,
		"households without members that go on":      `SELECT count(*) FROM household h WHERE h.members = 0 AND h.closed IS NULL`,
		"households with members that are closed":    `SELECT count(*) FROM household h WHERE h.members > 0 AND h.closed IS NOT NULL`,
		"persons with two households":                `SELECT count(*) FROM (SELECT person FROM membership WHERE to_day IS NULL GROUP BY person HAVING count(*) > 1) x`,
		"members who died":                           `SELECT count(*) FROM membership m JOIN person p ON p.home = m.home AND p.id = m.person WHERE m.to_day IS NULL AND p.died IS NOT NULL`,
		"memberships that end before they begin":     `SELECT count(*) FROM membership WHERE to_day < from_day`,
		"memberships of one person at the same time": `SELECT count(*) FROM membership a JOIN membership b ON a.person = b.person AND (a.household < b.household OR (a.household = b.household AND a.from_day < b.from_day)) WHERE a.from_day < coalesce(b.to_day, 99999) AND b.from_day < coalesce(a.to_day, 99999)`,
		"keys of names in another area than the household": `SELECT count(*) FROM find_key k JOIN membership m ON m.home = k.home AND m.person = k.person AND m.to_day IS NULL
			JOIN household h ON h.home = m.home AND h.id = m.household WHERE h.area <> k.area`,
		"members who are not found by name":              `SELECT count(*) FROM membership m WHERE m.to_day IS NULL AND NOT EXISTS (SELECT 1 FROM find_key k WHERE k.home = m.home AND k.person = m.person)`,
		"keys of names without a name":                   `SELECT count(*) FROM find_key k JOIN person p ON p.home = k.home AND p.id = k.person WHERE p.name = ''`,
		"members who joined before their birth":          `SELECT count(*) FROM membership m JOIN person p ON p.home = m.home AND p.id = m.person WHERE p.birth > m.from_day`,
		"indexed facts in another place than persons":    `SELECT count(*) FROM fact_index f JOIN membership m ON m.person = f.subject AND m.to_day IS NULL JOIN household h ON h.home = m.home AND h.id = m.household WHERE f.area <> h.area OR f.household <> h.id OR f.home <> m.home`,
		"indexed facts in another place than households": `SELECT count(*) FROM fact_index f JOIN household h ON h.id = f.subject WHERE f.area <> h.area OR f.household <> h.id OR f.home <> h.home`,
		"members in another home than their household":   `SELECT count(*) FROM membership m JOIN moved v ON v.id = m.person WHERE m.to_day IS NULL AND v.home <> m.home`,
		"numbers with claims and no confirmed holder":    `SELECT count(*) FROM id_claim k WHERE NOT EXISTS (SELECT 1 FROM id_claim o WHERE o.id_hash = k.id_hash AND o.rank = 0)`,
		"claims of another rank than their persons'":     `SELECT count(*) FROM id_claim k LEFT JOIN person p ON p.home = k.home AND p.id = k.person WHERE p.id IS NULL OR k.rank NOT IN (0, k.person) OR (k.rank = 0) <> (p.id_state = 'confirmed')`,
	} {
		var n int64
		if err := store.One(ctx, h.Raw, sql, nil, &n); err != nil || n != 0 {
			t.Errorf("%d %s (%v)", n, what, err)
		}
	}
}

func TestABirthAddsAMemberWithANumberOfHisOwn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		id := h.find(t, "11001001").ID
		h.act(t, id, registry.Act{Code: "born", Day: onDay, New: []registry.NewPerson{{Name: "Eve Reef", Sex: "f", Birth: &onDay}}, Relations: map[int64]string{-1: "kin"}})
		f := h.file(t, id)
		child := member(t, f, "Eve Reef")
		if f.Household.Members != 3 || child.Relation != "kin" || child.From != onDay || *child.Birth != onDay || child.Number != registry.Number(child.ID) {
			t.Errorf("after a birth: %d members, %+v", f.Household.Members, child)
		}
		if kinds := h.kinds(t, child.ID); !slices.Contains(kinds, "person.created") {
			t.Errorf("events of the child: %v", kinds)
		}
	})
}

// kinds are the kinds of a subject's events.
func (h *house) kinds(t *testing.T, subject int64) []string {
	t.Helper()
	kinds, err := store.All(ctx, h.Raw, "SELECT kind FROM event WHERE subject = $1 ORDER BY id", []any{subject}, func(r store.Rows, kind *string) error { return r.Scan(kind) })
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}

func TestWhoDiesIsNoLongerCountedAndNeverHead(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		before := h.find(t, "11001001")
		f := h.file(t, before.ID)
		ana, bo := member(t, f, "Ana Reef"), member(t, f, "Bo Reef")
		death := registry.Act{Code: "drowned", Day: onDay, Evidence: "certificate 7", Persons: []int64{ana.ID}, Head: bo.ID}
		set, err := h.report(t, before.ID, death)
		if err != nil || set.State != change.Waiting {
			t.Fatalf("%+v %v", set, err)
		}
		if now := h.find(t, "11001001"); now != before {
			t.Errorf("a death counts before anybody agreed: %+v", now)
		}
		if _, err := h.Changes.Approve(ctx, h.scope(t, 2, access.ChangeDecide), set.ID, set.Ver, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("approving one's own: %v", err)
		}
		if _, err := h.Changes.Approve(ctx, h.scope(t, 5, access.ChangeDecide), set.ID, set.Ver, "seen"); err != nil {
			t.Fatal(err)
		}
		h.sound(t)
		f = h.file(t, before.ID)
		if f.Household.Members != 1 || f.Head != bo.ID || f.HeadName != "Bo Reef" || f.Status != before.Status {
			t.Errorf("after a death: %+v", f.Household)
		}
		if len(f.Former) != 1 || f.Former[0].ID != ana.ID || f.Former[0].Died == nil || *f.Former[0].Died != onDay || *f.Former[0].To != onDay {
			t.Errorf("former members %+v", f.Former)
		}
		if bo := member(t, f, "Bo Reef"); bo.Relation != "head" || !bo.IsHead {
			t.Errorf("the new head is %+v", bo)
		}
	})
}

func TestTheLastDeathEndsTheHouseholdAndItIsKept(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001002")
		cy := member(t, h.file(t, row.ID), "Cy Shoal")
		h.act(t, row.ID, registry.Act{Code: "drowned", Day: onDay, Evidence: "certificate 8", Persons: []int64{cy.ID}})
		f := h.file(t, row.ID)
		if f.Closed == nil || *f.Closed != onDay || f.Status != "afloat" || f.Household.Members != 0 || f.Head != 0 {
			t.Errorf("after the last death: %+v", f.Household)
		}
		if _, err := h.report(t, row.ID, registry.Act{Code: "born", Day: onDay, New: []registry.NewPerson{{Name: "X", Birth: &onDay}}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a birth in a closed household: %v", err)
		}
		h.act(t, row.ID, registry.Act{Code: "rekindled", Day: onDay, New: []registry.NewPerson{{Name: "Fay Shoal"}}})
		if f = h.file(t, row.ID); f.Closed != nil || f.Status != "stranded" || f.HeadName != "Fay Shoal" {
			t.Errorf("reopened: %+v", f.Household)
		}
	})
}

func TestMovingToAnotherHouseholdChangesTheCountsOnceAndKeepsTheNumber(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		for _, to := range []string{"11001002", "12001001"} { // of the same county, and of another
			from, target := h.find(t, "11001001"), h.find(t, to)
			bo := member(t, h.file(t, from.ID), "Bo Reef")
			before := h.souls(t)
			h.act(t, from.ID, registry.Act{Code: "wed", Day: onDay, Persons: []int64{bo.ID}, Target: target.ID, Relations: map[int64]string{bo.ID: "kin"}})
			after := h.souls(t)
			if after["11001001"] != before["11001001"]-1 || after[to] != before[to]+1 || after[""] != before[""] {
				t.Errorf("counts %v became %v", before, after)
			}
			if now := member(t, h.file(t, target.ID), "Bo Reef"); now.Number != bo.Number || now.ID != bo.ID || now.Relation != "kin" {
				t.Errorf("he was %+v and is %+v", bo, now)
			}
			if f := h.file(t, from.ID); len(f.Members) != 1 || len(f.Former) != 1 || f.Former[0].Number != bo.Number {
				t.Errorf("his former household: %+v, former %+v", f.Members, f.Former)
			}
			h.act(t, target.ID, registry.Act{Code: "wed", Day: onDay, Persons: []int64{bo.ID}, Target: from.ID, Relations: map[int64]string{bo.ID: "kin"}})
		}
	})
}

// souls are the persons by area, and of all areas under "".
func (h *house) souls(t *testing.T) map[string]int64 {
	t.Helper()
	counts := map[string]int64{}
	for _, area := range []string{"", "11", "12", "11001001", "11001002", "12001001"} {
		scope := h.scope(t, 2, access.HouseholdList)
		f := registry.Filter{}
		if area != "" {
			var err error
			if f, err = h.Registry.ParseFilter(ctx, scope, map[string][]string{"area": {area}}); fault.Is(err, fault.NotFound) {
				continue // an area that has ended
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		_, persons, err := h.Registry.Count(ctx, scope, f)
		if err != nil {
			t.Fatal(err)
		}
		counts[area] = persons
	}
	return counts
}

func TestASplitFoundsAHouseholdThatKnowsItsOrigin(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		bo := member(t, h.file(t, row.ID), "Bo Reef")
		h.act(t, row.ID, registry.Act{Code: "own_hearth", Day: onDay, Persons: []int64{bo.ID}})
		scope := h.scope(t, 2, access.HouseholdList)
		list, err := h.Registry.List(ctx, scope, registry.Filter{Name: "Bo Reef"}, registry.Position{}, 5)
		if err != nil || len(list) != 1 {
			t.Fatalf("households of Bo Reef: %+v %v", list, err)
		}
		founded := list[0]
		if founded.Origin != row.ID || founded.Area != row.Area || founded.Status != row.Status || founded.Opened != onDay || founded.Number != registry.Number(founded.ID) {
			t.Errorf("founded %+v of %+v", founded, row)
		}
		f := h.file(t, founded.ID)
		if len(f.Statuses) != 1 || f.Statuses[0].Source != "roster" || member(t, f, "Bo Reef").Number != bo.Number || !f.Members[0].IsHead {
			t.Errorf("file %+v", f)
		}
		if n, p, err := h.Registry.Count(ctx, scope, registry.Filter{}); err != nil || n != 4 || p != 4 {
			t.Errorf("%d households and %d persons (%v), want 4 and 4", n, p, err)
		}
	})
}

func TestASplitDividesWhatTheHouseholdHasAndTheNewOneMayTakeTheHouse(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row := h.find(t, "11001001")
		bo := member(t, h.file(t, row.ID), "Bo Reef")
		at, until := int64(clock.Date(2013, 1, 1)), int64(onDay)
		err := h.Raw.Tx(ctx, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO dwelling (home, id, household, from_day, lat, lon) VALUES ($1, $2, $3, $4, 1.5, 2.5)", row.Home, row.ID+500_000, row.ID, at)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		split := registry.Act{Code: "own_hearth", Day: onDay, Persons: []int64{bo.ID}, Dwelling: true}
		for share, code := range map[string]string{"4": "too_much", "-1": "not_a_number", "some": "not_a_number"} {
			split.Shares = map[string]string{"drift_nets": share}
			if _, err := h.report(t, row.ID, split); len(registry.ObjectionsOf(err)) != 1 || registry.ObjectionsOf(err)[0].Code != code {
				t.Errorf("a share of %s: %v", share, err)
			}
		}
		split.Shares = map[string]string{"lamp": "1"}
		if _, err := h.report(t, row.ID, split); len(registry.ObjectionsOf(err)) != 1 || registry.ObjectionsOf(err)[0].Code != "no_share" {
			t.Errorf("what cannot be divided: %v", err)
		}
		split.Shares = map[string]string{"drift_nets": "2"}
		h.act(t, row.ID, split)
		list, err := h.Registry.List(ctx, h.scope(t, 2, access.HouseholdList), registry.Filter{Name: "Bo Reef"}, registry.Position{}, 5)
		if err != nil || len(list) != 1 {
			t.Fatalf("households of Bo Reef: %+v %v", list, err)
		}
		old, founded := h.file(t, row.ID), h.file(t, list[0].ID)
		if old.Facts["drift_nets"] != int64(1) || founded.Facts["drift_nets"] != int64(2) || old.Facts["catch_value"] != int64(100) || founded.Facts["catch_value"] != nil {
			t.Errorf("facts %v and %v", old.Facts, founded.Facts)
		}
		if len(old.Dwellings) != 1 || old.Dwellings[0].To == nil || int64(*old.Dwellings[0].To) != until || len(founded.Dwellings) != 1 || *founded.Dwellings[0].Lat != 1.5 || founded.Dwellings[0].From != onDay {
			t.Errorf("houses %+v and %+v", old.Dwellings, founded.Dwellings)
		}
	})
}

func TestTheNationalNumberIsPutRightAndTheNextClaimantConfirmed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row, far := h.find(t, "11001001"), h.find(t, "12001001")
		ana := member(t, h.file(t, row.ID), "Ana Reef")
		if di := member(t, h.file(t, far.ID), "Di Kelp"); di.IDState != "provisional" {
			t.Fatalf("before: %+v", di)
		}
		h.act(t, row.ID, registry.Act{Code: "soul_number", Day: onDay, Persons: []int64{ana.ID}, New: []registry.NewPerson{{NationalID: "4567890123"}}})
		ana = member(t, h.file(t, row.ID), "Ana Reef")
		di := member(t, h.file(t, far.ID), "Di Kelp")
		if ana.IDTail != "0123" || ana.IDState != "confirmed" || di.IDState != "confirmed" {
			t.Errorf("after: %s %s, the other claimant %s", ana.IDTail, ana.IDState, di.IDState)
		}
		h.act(t, row.ID, registry.Act{Code: "soul_number", Day: onDay, Persons: []int64{ana.ID}, New: []registry.NewPerson{{NationalID: "1234567897"}}})
		if ana = member(t, h.file(t, row.ID), "Ana Reef"); ana.IDState != "provisional" {
			t.Errorf("claiming a number that is another's: %s", ana.IDState)
		}
		if err := h.Raw.Tx(ctx, func(tx store.Tx) error { // the holder is erased
			_, err := tx.Exec(ctx, "UPDATE person SET id_state = '' WHERE id = $1", di.ID)
			if err == nil {
				_, err = tx.Exec(ctx, "DELETE FROM id_claim WHERE person = $1", di.ID)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		h.act(t, row.ID, registry.Act{Code: "soul_number", Day: onDay, Persons: []int64{ana.ID}, New: []registry.NewPerson{{NationalID: "1234567897"}}})
		if ana = member(t, h.file(t, row.ID), "Ana Reef"); ana.IDState != "confirmed" {
			t.Errorf("claiming it again when nobody holds it: %s", ana.IDState)
		}
	})
}

func TestActsThatCannotBeAreRefusedAndChangeNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		row, other := h.find(t, "11001001"), h.find(t, "11001002")
		f := h.file(t, row.ID)
		ana, bo := member(t, f, "Ana Reef"), member(t, f, "Bo Reef")
		cy := member(t, h.file(t, other.ID), "Cy Shoal")
		tomorrow, longAgo := h.Today+1, clock.Date(1950, 1, 1)
		cases := map[string]struct {
			act  registry.Act
			code string
		}{
			"unknown act":                     {registry.Act{Code: "levitated", Day: onDay}, "no_act"},
			"in the future":                   {registry.Act{Code: "sailed_off", Day: tomorrow, Persons: []int64{bo.ID}}, "future"},
			"without evidence":                {registry.Act{Code: "drowned", Day: onDay, Persons: []int64{bo.ID}}, "no_evidence"},
			"nobody":                          {registry.Act{Code: "sailed_off", Day: onDay}, "nobody"},
			"somebody else's member":          {registry.Act{Code: "sailed_off", Day: onDay, Persons: []int64{cy.ID}}, "no_member"},
			"the same person twice":           {registry.Act{Code: "sailed_off", Day: onDay, Persons: []int64{bo.ID, bo.ID}}, "twice"},
			"death before birth":              {registry.Act{Code: "drowned", Day: longAgo, Evidence: "x", Persons: []int64{bo.ID}}, "before_birth"},
			"leaving before joining":          {registry.Act{Code: "sailed_off", Day: clock.Date(2013, 1, 1), Persons: []int64{bo.ID}}, "before_joined"},
			"the head left and none is named": {registry.Act{Code: "born", Day: onDay, New: []registry.NewPerson{{Name: "Eve", Birth: &onDay}}, Relations: map[int64]string{-1: "head"}}, "two_heads"},
			"a newborn born another day":      {registry.Act{Code: "born", Day: onDay, New: []registry.NewPerson{{Name: "Eve", Birth: &longAgo}}}, "not_birth"},
			"a newborn without birth":         {registry.Act{Code: "born", Day: onDay, New: []registry.NewPerson{{Name: "Eve"}}}, "no_birth"},
			"somebody without name":           {registry.Act{Code: "washed_in", Day: onDay, New: []registry.NewPerson{{Sex: "f"}}}, ""},
			"a head who is no member":         {registry.Act{Code: "new_keeper", Day: onDay, Head: cy.ID}, "no_head"},
			"everybody splits off":            {registry.Act{Code: "own_hearth", Day: onDay, Persons: []int64{ana.ID, bo.ID}}, "nobody_stays"},
			"to no household":                 {registry.Act{Code: "wed", Day: onDay, Persons: []int64{bo.ID}}, "no_target"},
			"to the same household":           {registry.Act{Code: "wed", Day: onDay, Persons: []int64{bo.ID}, Target: row.ID}, "no_target"},
			"to the same area":                {registry.Act{Code: "other_hamlet", Day: onDay, Area: row.Area}, "no_area"},
			"to another county by relocation": {registry.Act{Code: "other_hamlet", Day: onDay, Area: 12001001}, "other_county"},
			"to the same county by transfer":  {registry.Act{Code: "other_canton", Day: onDay, Area: 11001002}, "same_county"},
			"to a county as a whole":          {registry.Act{Code: "other_canton", Day: onDay, Area: 12000000}, "no_area"},
			"back who never left":             {registry.Act{Code: "washed_in", Day: onDay, Persons: []int64{cy.ID}}, "elsewhere"},
			"an unknown relation":             {registry.Act{Code: "kinship", Day: onDay, Relations: map[int64]string{bo.ID: "rival"}}, "no_relation"},
			"the relation of a stranger":      {registry.Act{Code: "kinship", Day: onDay, Relations: map[int64]string{cy.ID: "kin"}}, "no_member"},
			"no relation at all":              {registry.Act{Code: "kinship", Day: onDay}, "nothing"},
			"a number that is none":           {registry.Act{Code: "soul_number", Day: onDay, Persons: []int64{bo.ID}, New: []registry.NewPerson{{NationalID: "12"}}}, ""},
			"no number":                       {registry.Act{Code: "soul_number", Day: onDay, Persons: []int64{bo.ID}}, "no_number"},
			"reopening what is open":          {registry.Act{Code: "rekindled", Day: onDay}, "closed"},
		}
		before := h.everything(t)
		for name, c := range cases {
			_, err := h.report(t, row.ID, c.act)
			found := registry.ObjectionsOf(err)
			if !fault.Is(err, fault.Invalid) || len(found) == 0 || !slices.ContainsFunc(found, func(o registry.Objection) bool { return o.Code == c.code }) {
				t.Errorf("%s: %v %+v, want the objection %q", name, err, found, c.code)
			}
		}
		if after := h.everything(t); after != before {
			t.Errorf("refused acts changed the register:\n%s\n%s", before, after)
		}
	})
}

// everything is the register in a line.
func (h *house) everything(t testing.TB) string {
	t.Helper()
	text := ""
	for _, sql := range []string{
		"SELECT CAST(id AS text) || ' ' || CAST(area AS text) || ' ' || status || ' ' || CAST(head AS text) || ' ' || head_name || ' ' || CAST(members AS text) || ' ' || CAST(coalesce(closed, 0) AS text) || ' ' || CAST(ver AS text) FROM household ORDER BY id",
		"SELECT CAST(id AS text) || ' ' || name || ' ' || CAST(coalesce(died, 0) AS text) || ' ' || id_tail || id_state || ' ' || CAST(ver AS text) FROM person ORDER BY id",
		"SELECT CAST(household AS text) || ' ' || CAST(person AS text) || ' ' || CAST(from_day AS text) || ' ' || CAST(coalesce(to_day, 0) AS text) || ' ' || relation || CAST(head AS text) FROM membership ORDER BY household, person, from_day",
		"SELECT CAST(id AS text) || state FROM change_set ORDER BY id",
	} {
		lines, err := store.All(ctx, h.Raw, sql, nil, func(r store.Rows, line *string) error { return r.Scan(line) })
		if err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprintln(lines)
	}
	return text
}
