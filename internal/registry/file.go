package registry

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// File is all that the register holds of a household and the reader may see.
type File struct {
	Household
	Pack *policy.Pack
	// Year is the year whose answers the yearly sections show, 0 for each section's latest.
	Year      int
	Years     []int // the years of which anything is answered or entered, newest first
	Facts     policy.Facts
	Answered  map[string]int // the year that Facts holds, by yearly section
	Members   []Member       // present members, the head first
	Former    []Member
	Dwellings []Dwelling
	Entries   []Entry // newest period first
	Statuses  []StatusChange
	// AsOf is the day on which the file stood so, nil for the present.
	AsOf    *clock.Day
	past    *past
	ended   []Member        // every membership that ended
	Waiting []change.Set    // change sets that nobody has decided
	Events  []journal.Event // what happened, newest first, then who read the file
}

// Open returns a household's file and journals that it was read; the answer waits for the journal's commit. It
// returns a NotFound fault for a household that is absent or out of scope. Of each yearly section it holds the latest
// answers.
func (s *Service) Open(ctx context.Context, scope access.Scope, id int64) (File, error) {
	return s.OpenYear(ctx, scope, id, 0)
}

// OpenYear is Open with the yearly sections' answers of one year; what that year was not asked is unknown.
func (s *Service) OpenYear(ctx context.Context, scope access.Scope, id int64, year int) (File, error) {
	h, err := s.household(ctx, scope, id)
	if err != nil {
		return File{}, err
	}
	f := File{Household: h, Year: year}
	if f.Pack, err = s.Pack(h.Area); err != nil {
		return File{}, err
	}
	if err := s.fill(ctx, scope.In(h.State()), &f); err != nil {
		return File{}, err
	}
	f.isolate(scope)
	return f, s.showed(ctx, scope, f)
}

// isolate takes away what others found, for who judges a household anew.
func (f *File) isolate(scope access.Scope) {
	if scope.Isolated(f.Area) {
		f.Status, f.Since, f.Statuses, f.Waiting, f.Events = "", f.Opened, nil, nil, nil
	}
}

// showed journals that a file is about to be shown.
func (s *Service) showed(ctx context.Context, scope access.Scope, f File) error {
	shown := []int64{f.ID}
	for _, m := range slices.Concat(f.Members, f.Former) {
		shown = append(shown, m.ID)
	}
	if err := s.journal.Shown(ctx, reads(scope, f.Area), eventRead, SubjectHousehold, f.Home, f.Area, shown); err != nil {
		return fmt.Errorf("journal that a household was read: %w", err)
	}
	return nil
}

func (s *Service) fill(ctx context.Context, scope access.Scope, f *File) error {
	key, err := s.keys.Of(ctx, f.Home, f.ID)
	if err != nil {
		return fmt.Errorf("open household %d: %w", f.ID, err)
	}
	open := func() (crypt.DataKey, error) { return key, nil }
	all, err := s.documents(ctx, scope, f.Home, f.ID, open)
	if err != nil {
		return err
	}
	f.Facts, f.Answered = f.show(SubjectHousehold, f.ID, all)
	f.Facts = s.visible(scope, f.Area, SubjectHousehold, f.Facts)
	for _, part := range []func(context.Context, access.Scope, *File) error{s.fillMembers, s.fillDwellings, s.fillEntries, s.fillStatuses, s.fillWaiting} {
		if err := part(ctx, scope, f); err != nil {
			return err
		}
	}
	if !s.sees(scope, SubjectPerson, f.Area, FieldName) {
		f.HeadName = ""
	}
	happened, err := s.Timeline(ctx, scope, f.Household, false, 50)
	if err != nil {
		return err
	}
	read, err := s.Timeline(ctx, scope, f.Household, true, mostReads)
	f.Events = append(happened, read...)
	return err
}

// show chooses the answers that the file shows and says of which year those of the yearly sections are.
func (f *File) show(kind string, subject int64, all documents) (policy.Facts, map[string]int) {
	if f.past != nil {
		all = f.past.rewind(all, kind, subject, *f.AsOf)
	}
	for _, d := range all {
		f.addYear(d.Year)
	}
	shown := all.latest()
	if f.Year != 0 {
		shown = all.ofYear(f.Year)
	}
	return shown.flat(), shown.years()
}

// addYear notes that the file has something of a year.
func (f *File) addYear(y int) {
	if y == 0 || slices.Contains(f.Years, y) {
		return
	}
	f.Years = append(f.Years, y)
	slices.SortFunc(f.Years, func(a, b int) int { return b - a })
}

// visible leaves out the facts that the reader may not see. Secret values are cut to their last four characters.
func (s *Service) visible(scope access.Scope, area int64, subject string, facts policy.Facts) policy.Facts {
	pack, err := s.Pack(area)
	if err != nil {
		return nil
	}
	maps.DeleteFunc(facts, func(code string, value any) bool {
		class := classOf(pack, subject, code)
		if text, ok := value.(string); ok && class == access.P4 && scope.Sees(area, access.P2) {
			facts[code] = Tail(text)
			return false
		}
		return !scope.Sees(area, class)
	})
	return facts
}

// Tail shows only the last four characters of a secret number.
func Tail(text string) string {
	runes := []rune(text)
	if len(runes) <= 4 {
		return "****"
	}
	return "****" + string(runes[len(runes)-4:])
}

func (s *Service) fillMembers(ctx context.Context, scope access.Scope, f *File) error {
	type row struct {
		m           Member
		birth, died *int64
		to          *int64
		head        int64
	}
	rows, err := store.All(ctx, s.db.In(scope), "SELECT "+personColumns+`, m.relation, m.head, m.from_day, m.to_day FROM membership m
		JOIN person p ON p.home = m.home AND p.id = m.person WHERE {checked} AND m.home = $1 AND m.household = $2 ORDER BY m.head DESC, m.from_day, m.person`,
		[]any{f.Home, f.ID}, func(r store.Rows, row *row) error {
			return r.Scan(append(scanPersonInto(&row.m.Person, &row.birth, &row.died), &row.m.Relation, &row.head, &row.m.From, &row.to)...)
		})
	if err != nil {
		return fmt.Errorf("read members: %w", err)
	}
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = row.m.ID
	}
	all, err := s.documentsOf(ctx, scope, f.Home, ids, func(person int64) (crypt.DataKey, error) { return s.keys.Of(ctx, f.Home, person) })
	if err != nil {
		return err
	}
	for _, row := range rows {
		m := row.m
		m.Birth, m.Died, m.To, m.IsHead = day(row.birth), day(row.died), day(row.to), row.head == 1
		m.Facts, m.Answered = f.show(SubjectPerson, m.ID, all[m.ID])
		m.Facts = s.visible(scope, f.Area, SubjectPerson, m.Facts)
		s.maskPerson(scope, f.Area, &m)
		if m.To == nil {
			f.Members = append(f.Members, m)
		} else {
			f.Former = append(f.Former, m)
		}
	}
	f.ended = f.Former
	f.Former = formerly(f.Members, f.Former)
	return nil
}

// maskPerson empties the core columns that the reader may not see.
func (s *Service) maskPerson(scope access.Scope, area int64, m *Member) {
	hidden := func(field string) bool { return !s.sees(scope, SubjectPerson, area, field) }
	if hidden(FieldName) {
		m.Name = ""
	}
	if hidden(FieldSex) {
		m.Sex = ""
	}
	if hidden(FieldBirth) {
		m.Birth = nil
	}
	if hidden(FieldRelation) {
		m.Relation = ""
	}
	if !scope.Sees(area, access.P2) {
		m.IDTail, m.Died = "", nil
	}
}

func (s *Service) fillDwellings(ctx context.Context, scope access.Scope, f *File) error {
	var err error
	f.Dwellings, err = store.All(ctx, s.db.In(scope), "SELECT home, id, household, from_day, to_day, lat, lon, ver FROM dwelling WHERE {checked} AND home = $1 AND household = $2 ORDER BY from_day DESC, id",
		[]any{f.Home, f.ID}, func(r store.Rows, d *Dwelling) error {
			var to *int64
			err := r.Scan(&d.Home, &d.ID, &d.Household, &d.From, &to, &d.Lat, &d.Lon, &d.Ver)
			d.To = day(to)
			return err
		})
	if err != nil {
		return fmt.Errorf("read dwellings: %w", err)
	}
	ids := make([]int64, len(f.Dwellings))
	for i, d := range f.Dwellings {
		ids[i] = d.ID
	}
	all, err := s.documentsOf(ctx, scope, f.Home, ids, func(int64) (crypt.DataKey, error) { return s.keys.Of(ctx, f.Home, f.ID) })
	if err != nil {
		return err
	}
	for i := range f.Dwellings {
		d := &f.Dwellings[i]
		d.Facts, d.Answered = f.show(SubjectDwelling, d.ID, all[d.ID])
		d.Facts = s.visible(scope, f.Area, SubjectDwelling, d.Facts)
		if !scope.Sees(f.Area, access.P2) {
			d.Lat, d.Lon = nil, nil
		}
	}
	return nil
}

func (s *Service) fillEntries(ctx context.Context, scope access.Scope, f *File) error {
	if !scope.Sees(f.Area, access.P2) {
		return nil
	}
	var err error
	if f.past != nil {
		f.Entries, err = s.entriesAsOf(ctx, scope, f)
	} else {
		f.Entries, err = s.entries(ctx, scope, f.Home, f.ID)
	}
	for _, y := range Years(f.Entries) {
		f.addYear(y)
	}
	return err
}

func (s *Service) entries(ctx context.Context, scope access.Scope, home, household int64) ([]Entry, error) {
	return s.entriesWhere(ctx, scope, home, household, "ended IS NULL")
}

func (s *Service) entriesWhere(ctx context.Context, scope access.Scope, home, household int64, condition string, args ...any) ([]Entry, error) {
	return s.entriesOf(ctx, scope, "{checked} AND home = $1 AND household = $2 AND "+condition, append([]any{home, household}, args...))
}

func (s *Service) entriesOf(ctx context.Context, scope access.Scope, where string, args []any) ([]Entry, error) {
	found, err := store.All(ctx, s.db.In(scope), `SELECT home, id, household, person, subject, class, source, from_day, to_day, minor, currency, origin, evidence, ver FROM entry
		WHERE `+where+" ORDER BY from_day DESC, subject DESC, class, id", args, func(r store.Rows, e *Entry) error {
		return r.Scan(&e.Home, &e.ID, &e.Household, &e.Person, &e.Subject, &e.Class, &e.Source, &e.From, &e.To, &e.Minor, &e.Currency, &e.Basis, &e.Evidence, &e.Ver)
	})
	if err != nil {
		return nil, fmt.Errorf("read entries: %w", err)
	}
	return found, nil
}

func (s *Service) fillStatuses(ctx context.Context, scope access.Scope, f *File) error {
	var err error
	f.Statuses, err = store.All(ctx, s.db.In(scope), "SELECT status, from_day, source, set_id, at FROM household_status WHERE {checked} AND home = $1 AND household = $2 ORDER BY from_day, n",
		[]any{f.Home, f.ID}, func(r store.Rows, c *StatusChange) error {
			return r.Scan(&c.Status, &c.From, &c.Source, &c.Set, (*int64)(&c.At))
		})
	if err != nil {
		return fmt.Errorf("read the history of statuses: %w", err)
	}
	return nil
}

func (s *Service) fillWaiting(ctx context.Context, scope access.Scope, f *File) error {
	subjects := []any{f.Home, f.ID}
	for _, m := range f.Members {
		subjects = append(subjects, m.ID)
	}
	for _, d := range f.Dwellings {
		subjects = append(subjects, d.ID)
	}
	for _, e := range f.Entries {
		subjects = append(subjects, e.ID)
	}
	ids, err := store.All(ctx, s.db.In(scope), `SELECT set_id FROM change_row WHERE {checked} AND home = $1 AND under <> 0 AND under = $2 AND state IN ('waiting', 'conflict')
		UNION SELECT set_id FROM change_row WHERE {checked} AND home = $1 AND subject IN (`+store.In(2, len(subjects)-1)+") AND state IN ('waiting', 'conflict') ORDER BY set_id",
		subjects, func(r store.Rows, id *int64) error { return r.Scan(id) })
	if err != nil {
		return fmt.Errorf("read waiting changes: %w", err)
	}
	for _, id := range ids {
		set, err := s.changes.Summary(ctx, scope, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		f.Waiting = append(f.Waiting, set)
	}
	return nil
}

// mostReads is how many readings of a file are looked at to say who looked at it lately.
const mostReads = 200

// eventRead is the kind of the event that a household's file was read.
const eventRead = "household.read"

// Timeline returns the newest events of a household and its members, newest first: either what happened, or who read
// the file, so that many readings do not push out what happened.
func (s *Service) Timeline(ctx context.Context, scope access.Scope, h Household, reads bool, limit int) ([]journal.Event, error) {
	compare := "NOT LIKE"
	if reads {
		compare = "LIKE"
	}
	rows, err := s.db.Query(ctx, scope, journal.Select+` WHERE {checked} AND e.home = $1 AND e.subject IN (SELECT CAST($2 AS bigint)
		UNION ALL SELECT m.person FROM membership m WHERE m.home = $1 AND m.household = $2 UNION ALL SELECT d.id FROM dwelling d WHERE d.home = $1 AND d.household = $2
		UNION ALL SELECT n.id FROM entry n WHERE n.home = $1 AND n.household = $2) AND e.kind `+compare+` $4 ORDER BY e.at DESC, e.id DESC LIMIT $3`, h.Home, h.ID, limit, "%.read")
	if err != nil {
		return nil, fmt.Errorf("read the timeline: %w", err)
	}
	defer rows.Close()
	var events []journal.Event
	for rows.Next() {
		e, err := journal.Scan(rows, nil)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, rows.Err()
}

// Income sums the entries of a year by class, in minor units: income and expenditure apart.
func Income(entries []Entry, year int) (income, expenditure map[string]int64) {
	income, expenditure = map[string]int64{}, map[string]int64{}
	for _, e := range entries {
		if y, _, _ := e.To.Civil(); y != year {
			continue
		}
		if e.Subject == SubjectExpenditure {
			expenditure[e.Class] += e.Minor
		} else {
			income[e.Class] += e.Minor
		}
	}
	return income, expenditure
}

// Years lists the years that entries end in, newest first.
func Years(entries []Entry) []int {
	var years []int
	for _, e := range entries {
		y, _, _ := e.To.Civil()
		if !slices.Contains(years, y) {
			years = append(years, y)
		}
	}
	slices.Sort(years)
	slices.Reverse(years)
	return years
}

// ReferenceDay is the day on which the answers of a year hold: its last, or today while the year goes on.
func ReferenceDay(y int, today clock.Day) clock.Day {
	_, last := year(y)
	return min(last, today)
}

// year is the period of a calendar year.
func year(y int) (from, to clock.Day) { return clock.Date(y, 1, 1), clock.Date(y, 12, 31) }

func parseNumber(text string) (float64, error) {
	n, err := strconv.ParseFloat(text, 64)
	if err == nil && (math.IsNaN(n) || math.IsInf(n, 0)) {
		return 0, strconv.ErrRange
	}
	return n, err
}
