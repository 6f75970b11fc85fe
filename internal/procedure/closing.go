package procedure

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// Closing is what is said of a sitting as a whole when it is closed.
type Closing struct {
	Day               clock.Day // on which it was held; 0: on the day for which it was called
	Eligible, Present int64
	Minutes           string // typed …
	Photo             Photo  // … or photographed
	Votes             []Vote // of each of its cases; one on a case that has moved on counts for nothing
}

// held is the day of a sitting that is closed like this.
func (c Closing) held(m Sitting) clock.Day {
	if c.Day != 0 {
		return c.Day
	}
	return m.Day
}

// CloseSitting writes down the votes and ends a sitting: without quorum, minutes (where the pack asks for them) or a
// result for each case it is an Invalid fault. Each case then goes where its own votes lead it: few at once, more by a
// job, whose number it returns. Called again after an interruption it leads the rest.
func (s *Service) CloseSitting(ctx context.Context, scope access.Scope, id, ver int64, as Closing) (int64, error) {
	m, err := s.Sitting(ctx, scope, id)
	if err != nil {
		return 0, err
	}
	meeting, err := s.MeetingOf(m)
	if err != nil {
		return 0, err
	}
	by, err := s.presides(scope, meeting.By, m.Area)
	if err != nil {
		return 0, err
	}
	if err := s.idle(ctx, m.Job); err != nil {
		return 0, err
	}
	if !m.Closed {
		if err := s.closes(ctx, scope, by, m, ver, meeting, as); err != nil {
			return 0, err
		}
	}
	return s.lead(ctx, scope, by, m)
}

// closes stores the end of a sitting.
func (s *Service) closes(ctx context.Context, scope access.Scope, by access.Capacity, m Sitting, ver int64, meeting *Meeting, as Closing) error {
	before, err := s.Before(ctx, scope, m)
	if err != nil {
		return err
	}
	if err := closable(s.lacks(meeting, m, as, before)); err != nil {
		return err
	}
	homes := map[int64]int64{}
	for _, c := range before {
		homes[c.ID] = c.Home
	}
	votes := slices.DeleteFunc(slices.Clone(as.Votes), func(v Vote) bool { return homes[v.Case] == 0 })
	key, err := s.keys.Of(ctx, 0, m.ID)
	if err != nil {
		return err
	}
	var minutes []byte
	if text := strings.TrimSpace(as.Minutes); text != "" {
		minutes = crypt.Seal(key, []byte(text), crypt.Place{Table: "sitting", Column: "minutes", Row: m.ID})
	}
	photo := as.Photo
	if len(photo.Body) > 0 {
		photo.Body = crypt.Seal(key, photo.Body, minutesPhoto(m.ID))
	}
	for part := range slices.Chunk(votes, 4*chunk) {
		w := s.writer(scope)
		w.as = by
		for _, v := range part {
			w.add("UPDATE sitting_line SET votes_for = $4, votes_against = $5, votes_abstain = $6, result = $7 WHERE {checked} AND home = $1 AND case_id = $2 AND sitting = $3",
				homes[v.Case], v.Case, m.ID, v.For, v.Against, v.Abstain, string(meeting.result(v, as.Present)))
		}
		if err := w.write(ctx); err != nil {
			return err
		}
	}
	day := as.held(m)
	w := s.writer(scope)
	w.as = by
	w.entries = append(w.entries, journal.Entry{Kind: "sitting.closed", SubjectKind: "sitting", Subject: m.ID, Area: m.Area, ValidOn: &day, VerBefore: ver, VerAfter: ver + 1,
		Body: map[string]any{"eligible": as.Eligible, "present": as.Present, "cases": len(votes)}})
	w.steps = append(w.steps, func(ctx context.Context, tx store.Tx, _ clock.Time) error {
		return store.Bump(ctx, tx, "sitting", "{checked} AND id = $1 AND state = 'open'", ver, m.ID)
	})
	w.add("UPDATE sitting SET state = 'closed', eligible = $2, present = $3, minutes = $4, photo_type = $5, photo = $6, day = $7, closer = $8, closed_as = $9 WHERE {checked} AND id = $1",
		m.ID, as.Eligible, as.Present, minutes, photo.Type, photo.Body, int64(day), scope.Caller().Account, by.String())
	return w.write(ctx)
}

func minutesPhoto(id int64) crypt.Place {
	return crypt.Place{Table: "sitting", Column: "photo", Row: id}
}

// MinutesPhoto returns the photo of the minutes of a meeting, for who sees personal fields where it was held.
func (s *Service) MinutesPhoto(ctx context.Context, scope access.Scope, id int64) (Photo, error) {
	m, err := s.Sitting(ctx, scope, id)
	if err != nil {
		return Photo{}, err
	}
	if !m.HasPhoto || !scope.Sees(m.Area, access.P2) {
		return Photo{}, fault.New(fault.NotFound, "no photo of the minutes")
	}
	var p Photo
	if err := store.One(ctx, s.db.In(scope), "SELECT photo_type, photo FROM sitting WHERE {checked} AND id = $1", []any{id}, &p.Type, &p.Body); err != nil {
		return p, fmt.Errorf("read the photo of minutes: %w", err)
	}
	key, err := s.keys.Of(ctx, 0, id)
	if err != nil {
		return p, err
	}
	if p.Body, err = crypt.Open(key, p.Body, minutesPhoto(id)); err != nil {
		return p, fmt.Errorf("open the photo of minutes: %w", err)
	}
	return p, nil
}

// Lack is something for which a sitting cannot be closed.
type Lack struct {
	Case   int64  // 0 for the sitting as a whole
	Row    int    // of the case among those before the sitting, from 1
	Field  string // day, present, minutes or votes
	Code   string // of the fault that says it to people
	Reason string // the same for programs
}

// Lacks says for what an open sitting cannot be closed like this; nothing where it can.
func (s *Service) Lacks(ctx context.Context, scope access.Scope, m Sitting, as Closing) ([]Lack, error) {
	meeting, err := s.MeetingOf(m)
	if err != nil {
		return nil, err
	}
	before, err := s.Before(ctx, scope, m)
	if err != nil {
		return nil, err
	}
	return s.lacks(meeting, m, as, before), nil
}

func (s *Service) lacks(meeting *Meeting, m Sitting, as Closing, before []Case) []Lack {
	quorum, _ := meeting.Quorum.Float64()
	var found []Lack
	lack := func(field, code, reason string) {
		found = append(found, Lack{Field: field, Code: "procedure.sitting_" + code, Reason: reason})
	}
	if day := as.held(m); day > s.Today() {
		lack("day", "day", "is still to come")
	} else if day < m.At.Day(time.UTC) && as.Day != 0 {
		lack("day", "early", "is before the day on which the meeting was called")
	}
	if as.Present < 1 || as.Present > as.Eligible || float64(as.Present) < quorum*float64(as.Eligible)-1e-9 {
		lack("present", "quorum", "there is no quorum")
	}
	if meeting.Minutes && strings.TrimSpace(as.Minutes) == "" && len(as.Photo.Body) == 0 {
		lack("minutes", "minutes", "are missing")
	}
	said := map[int64]Vote{}
	for _, v := range as.Votes {
		said[v.Case] = v
	}
	for i, c := range before {
		v, ok := said[c.ID]
		if cast := v.For + v.Against + v.Abstain; !ok || v.For < 0 || v.Against < 0 || v.Abstain < 0 || cast < 1 || cast > as.Present {
			found = append(found, Lack{Case: c.ID, Row: i + 1, Field: "votes", Code: "procedure.sitting_votes", Reason: "are missing, or more than were present"})
		}
	}
	return found
}

// closable is the Invalid fault of a sitting that lacks something.
func closable(lacks []Lack) error {
	if len(lacks) == 0 {
		return nil
	}
	wrong := refuse(fault.Invalid, "sitting", "the meeting cannot be closed like this")
	for _, l := range lacks {
		wrong.With(l.Row, l.Field, "%s", l.Reason)
	}
	return wrong
}

// Before are the cases in scope that wait for what a sitting says of them, by identifier: those put before it that have
// not moved on.
func (s *Service) Before(ctx context.Context, scope access.Scope, m Sitting) ([]Case, error) {
	d, _, err := s.pinned(m.Pack, m.Code)
	if err != nil {
		return nil, err
	}
	cases, err := s.All(ctx, scope, Selection{Sitting: m.ID, Code: m.Code, State: d.before(m.Meeting)})
	slices.SortFunc(cases, func(a, b Case) int { return cmp.Compare(a.ID, b.ID) })
	return cases, err
}

// result is what the votes on a case come to.
func (m *Meeting) result(v Vote, present int64) Trigger {
	if over, _ := m.Over.Float64(); m.Over.Set && float64(v.For) > over*float64(present)+1e-9 {
		return Carried
	}
	if least, _ := m.AtLeast.Float64(); m.AtLeast.Set && float64(v.For) >= least*float64(present)-1e-9 {
		return Carried
	}
	return Lost
}

// lead takes each case of a closed sitting where its votes lead it.
func (s *Service) lead(ctx context.Context, scope access.Scope, as access.Capacity, m Sitting) (int64, error) {
	cases, err := s.Before(ctx, scope, m)
	if err != nil || len(cases) == 0 {
		return 0, err
	}
	lines := linesOf(cases)
	for i := range lines {
		lines[i].ver = 0 // a decided case is led on whatever else has happened to it
	}
	w := s.writer(scope)
	w.as = as
	job, err := s.carry(ctx, w, Bulk{Deed: deedLead, Sitting: m.ID}, Act{}, lines, m.Area)
	if err != nil {
		return 0, err
	}
	if job != 0 {
		w.add("UPDATE sitting SET job = $2 WHERE {checked} AND id = $1", m.ID, job)
	}
	return job, s.start(ctx, w, job)
}

// leading takes some cases of a closed sitting on.
func (s *Service) leading(id int64) func(context.Context, *writer, []Case) error {
	return func(ctx context.Context, w *writer, cases []Case) error {
		for _, c := range cases {
			d, err := s.Definition(c)
			if err != nil {
				return err
			}
			if d.State(c.State).Sitting == "" || c.Sitting != id {
				return notNow()
			}
			v, err := s.vote(ctx, w.scope, c)
			if err != nil {
				return err
			}
			if err := w.move(ctx, d, c, d.triggered(c.State, v.Result, ""), w.as, Act{}); err != nil {
				return err
			}
		}
		return nil
	}
}

// before is the state in which a sitting decides.
func (d *Definition) before(meeting string) string {
	i := slices.IndexFunc(d.States, func(s *State) bool { return s.Sitting == meeting })
	return d.States[i].Code
}
