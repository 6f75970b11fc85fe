package procedure

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// Notice is a list on a board. It hangs from the day of the photo of the board until the end of the day Closes.
type Notice struct {
	ID             int64
	Token          string // by which everybody finds its page; nobody can guess it
	Area           int64
	Pack           string
	Code           string // of the definition
	Board          string // the kind of notice
	Opened, Closes clock.Day
	HasPhoto       bool
	Account        int64
	Holder         string
	At             clock.Time
	Job            int64 // that puts cases on it, 0 for none
	Ver            int64
}

// Hangs says whether the notice hangs on a day.
func (n Notice) Hangs(day clock.Day) bool { return n.Opened != 0 && n.Opened <= day && day <= n.Closes }

// Ended says whether its days are over.
func (n Notice) Ended(day clock.Day) bool { return n.Opened != 0 && day > n.Closes }

// Line is one line of a notice.
type Line struct {
	N     int64
	Case  int64 // 0 on the page for everybody
	Cells []string
}

// Draft makes the list of a notice from cases that wait for it, all under one definition. What it shows is fixed from
// now on. A Conflict fault: a case does not wait for it, or a line would make public what must not be.
func (s *Service) Draft(ctx context.Context, scope access.Scope, area int64, ids []int64) (Notice, error) {
	cases, d, state, err := s.together(ctx, scope, ids, func(st *State) string { return st.Notice })
	if err != nil {
		return Notice{}, err
	}
	if slices.ContainsFunc(cases, func(c Case) bool { return c.Notice != 0 }) {
		return Notice{}, refuse(fault.Conflict, "on_notice", "a case is on a notice already")
	}
	b := d.Board(state.Notice)
	as, err := s.presides(scope, b.By, area)
	if err != nil {
		return Notice{}, err
	}
	id, err := s.journal.Ids().One(ctx, 0)
	if err != nil {
		return Notice{}, err
	}
	token, _ := crypt.NewToken()
	c := scope.Caller()
	n := Notice{ID: id, Token: token, Area: area, Pack: cases[0].Pack, Code: d.Code, Board: b.Code, Account: c.Account, Holder: as.Holder(), At: s.Now(), Ver: 1}
	w := s.writer(scope)
	w.as = as
	w.entries = append(w.entries, journal.Entry{Kind: "notice.drafted", SubjectKind: "notice", Subject: id, Area: area, VerAfter: 1, Body: map[string]any{"cases": len(cases)}})
	if n.Job, err = s.carry(ctx, w, Bulk{Deed: deedNotice, Notice: id}, Act{}, linesOf(cases), area); err != nil {
		return n, err
	}
	w.add("INSERT INTO notice (id, token, area, pack, code, board, account, holder, at, job) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		id, token, area, n.Pack, n.Code, n.Board, n.Account, n.Holder, int64(n.At), n.Job)
	return n, s.start(ctx, w, n.Job)
}

// posting puts the cases of lines on a notice.
func (s *Service) posting(id int64) deed {
	return func(ctx context.Context, w *writer, part []line) error {
		cases, err := s.seen(ctx, w.scope, part)
		if err != nil {
			return err
		}
		bodies, err := s.bodies(ctx, cases)
		if err != nil {
			return err
		}
		for i, c := range cases {
			w.attach(c, "notice", id)
			w.add("INSERT INTO notice_line (home, case_id, notice, n, body) VALUES ($1, $2, $3, $4, $5)", c.Home, c.ID, id, part[i].n, bodies[c.ID])
		}
		return nil
	}
}

// bodies are the lines of cases that wait for one kind of notice, checked.
func (s *Service) bodies(ctx context.Context, cases []Case) (map[int64]string, error) {
	facts, err := s.facts(ctx, cases)
	if err != nil {
		return nil, err
	}
	d, pack, err := s.pinned(cases[0].Pack, cases[0].Code)
	if err != nil {
		return nil, err
	}
	b, never := d.Board(d.State(cases[0].State).Notice), Of(pack).Never
	bodies := map[int64]string{}
	for _, c := range cases {
		cells, err := b.disclosed(facts[c.ID], never)
		if err != nil {
			return nil, err
		}
		text, err := json.Marshal(cells)
		if err != nil {
			return nil, err
		}
		bodies[c.ID] = string(text)
	}
	return bodies, nil
}

// Photo is a picture of the board.
type Photo struct {
	Type string // image/jpeg …
	Body []byte
}

// Hang starts the days of a notice: the photo shows the board on a day, today or before. A Stale fault: somebody else
// was faster.
func (s *Service) Hang(ctx context.Context, scope access.Scope, id, ver int64, day clock.Day, photo Photo) (Notice, error) {
	n, err := s.notice(ctx, scope, "n.id = $1", id)
	if err != nil {
		return n, err
	}
	d, _, err := s.pinned(n.Pack, n.Code)
	if err != nil {
		return n, err
	}
	b := d.Board(n.Board)
	as, err := s.presides(scope, b.By, n.Area)
	if err != nil {
		return n, err
	}
	if err := s.idle(ctx, n.Job); err != nil {
		return n, err
	}
	switch {
	case n.Opened != 0:
		return n, refuse(fault.Conflict, "hangs", "the notice was put up before")
	case day > s.Today() || day < n.At.Day(utc):
		return n, refuse(fault.Invalid, "photo_day", "the photo is of another day than the notice can hang").With(0, "day", "is before the list was made, or still to come")
	case len(photo.Body) == 0:
		return n, refuse(fault.Invalid, "photo", "the days begin with the dated photo of the board").With(0, "photo", "is missing")
	}
	n.Opened, n.Closes, n.HasPhoto, n.Ver = day, d.calendar.After(day, b.Days-1, b.Working), true, ver+1
	if b.Working {
		n.Closes = d.calendar.After(day-1, b.Days, true)
	}
	w := s.writer(scope)
	w.as = as
	w.entries = append(w.entries, journal.Entry{Kind: "notice.hung", SubjectKind: "notice", Subject: id, Area: n.Area, ValidOn: &day, VerBefore: ver, VerAfter: n.Ver, Body: map[string]any{"closes": n.Closes}})
	w.steps = append(w.steps, func(ctx context.Context, tx store.Tx, _ clock.Time) error {
		return store.Bump(ctx, tx, "notice", "{checked} AND id = $1 AND opened = 0", ver, id)
	})
	w.add("UPDATE notice SET opened = $2, closes = $3, photo_type = $4, photo = $5 WHERE {checked} AND id = $1", id, int64(n.Opened), int64(n.Closes), photo.Type, photo.Body)
	w.add("UPDATE case_file SET due = $2 WHERE {checked} AND notice = $1 AND ended = 0 AND due > $2", id, int64(n.Closes)+1)
	return n, w.write(ctx)
}

// notice returns the one in scope that a condition selects, else a NotFound fault.
func (s *Service) notice(ctx context.Context, scope access.Scope, condition string, args ...any) (Notice, error) {
	list, err := s.notices(ctx, scope, condition, args...)
	if err != nil {
		return Notice{}, err
	}
	if len(list) == 0 {
		return Notice{}, fault.New(fault.NotFound, "no such notice")
	}
	return list[0], nil
}

func (s *Service) notices(ctx context.Context, scope access.Scope, condition string, args ...any) ([]Notice, error) {
	found, err := store.All(ctx, s.db.In(scope), "SELECT n.id, n.token, n.area, n.pack, n.code, n.board, n.opened, n.closes, n.photo_type <> '', n.account, n.holder, n.at, n.job, n.ver FROM notice n WHERE {place n.area} AND "+condition, args,
		func(r store.Rows, n *Notice) error {
			return r.Scan(&n.ID, &n.Token, &n.Area, &n.Pack, &n.Code, &n.Board, (*int64)(&n.Opened), (*int64)(&n.Closes), &n.HasPhoto, &n.Account, &n.Holder, (*int64)(&n.At), &n.Job, &n.Ver)
		})
	if err != nil {
		return nil, fmt.Errorf("read notices: %w", err)
	}
	return found, nil
}

// Notice returns one whose area is in scope, else a NotFound fault.
func (s *Service) Notice(ctx context.Context, scope access.Scope, id int64) (Notice, error) {
	return s.notice(ctx, scope, "n.id = $1", id)
}

// Notices lists those whose areas are in scope, newest first, older than before (0 for the newest).
func (s *Service) Notices(ctx context.Context, scope access.Scope, before int64, limit int) ([]Notice, error) {
	if before == 0 {
		before = 1 << 62
	}
	return s.notices(ctx, scope, "n.id < $1 ORDER BY n.id DESC LIMIT $2", before, limit)
}

// Photo returns the photo of the board of a notice in scope.
func (s *Service) Photo(ctx context.Context, scope access.Scope, id int64) (Photo, error) {
	if _, err := s.Notice(ctx, scope, id); err != nil {
		return Photo{}, err
	}
	var p Photo
	err := store.One(ctx, s.db.In(scope), "SELECT photo_type, coalesce(photo, $2) FROM notice WHERE {checked} AND id = $1", []any{id, []byte{}}, &p.Type, &p.Body)
	if err == nil && len(p.Body) == 0 {
		err = fault.New(fault.NotFound, "no photo yet")
	}
	return p, err
}

// Lines returns the lines of a notice, after one.
func (s *Service) Lines(ctx context.Context, n Notice, after int64, limit int) ([]Line, error) {
	found, err := store.All(ctx, s.db.In(access.System("the lines of a notice that was found")), "SELECT n, case_id, body FROM notice_line WHERE {checked} AND notice = $1 AND n > $2 ORDER BY n LIMIT $3",
		[]any{n.ID, after, limit}, func(r store.Rows, l *Line) error {
			var body string
			if err := r.Scan(&l.N, &l.Case, &body); err != nil {
				return err
			}
			return json.Unmarshal([]byte(body), &l.Cells)
		})
	if err != nil {
		return nil, fmt.Errorf("read the lines of a notice: %w", err)
	}
	return found, nil
}

// hung says whether a step out of a state with a notice may be taken: its days are over. Ends that grant nothing can be
// reached before.
func (s *Service) hung(ctx context.Context, d *Definition, c Case, t *Transition) error {
	if d.State(c.State).Notice == "" {
		return nil
	}
	if end := d.State(t.To).End; end == Refused || end == Withdrawn {
		return nil
	}
	if c.Notice != 0 {
		n, err := s.notice(ctx, access.System("the notice of a case in scope"), "n.id = $1", c.Notice)
		if err != nil || n.Ended(s.Today()) {
			return err
		}
	}
	return refuse(fault.Conflict, "open_notice", "the days of the notice are not over")
}

// Public returns a notice for everybody who has its token, with its kind. A Gone fault when its days are over; a
// NotFound fault for one that is not public or does not hang yet.
func (s *Service) Public(ctx context.Context, token string) (Notice, *Board, error) {
	n, err := s.notice(ctx, access.System("a notice is public while it hangs"), "n.token = $1", token)
	if err != nil {
		return n, nil, err
	}
	d, _, err := s.pinned(n.Pack, n.Code)
	if err != nil {
		return n, nil, err
	}
	b := d.Board(n.Board)
	switch {
	case !b.Public || n.Opened == 0 || s.Today() < n.Opened:
		return n, nil, fault.New(fault.NotFound, "no such notice")
	case n.Ended(s.Today()):
		return n, nil, refuse(fault.Gone, "notice_over", "the days of this notice are over")
	}
	return n, b, nil
}
