package office

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
	"rightkey/internal/web"
)

// CoverKind is the kind of approval by which an administrator confirms a deputy; its subject is the absent account.
const CoverKind = "account.cover"

// longestCover is how many days a deputy stands in at most: after that the office is given to somebody.
const longestCover = 92

// Cover is that one account holds one role in one area for another, from a day to a day, both included. After its last
// day it is worth nothing; what it is worth before that is decided by access.Cover.
type Cover struct {
	ID             int64
	Absent, Deputy int64 // accounts
	Role           string
	Area           int64 // key, 0 for everywhere
	Since, Till    clock.Day
	Reason         string // never personal data
	GivenBy        int64
	Given          clock.Time
	Ver            int64
}

// Ended says whether the cover is over on a day.
func (v Cover) Ended(today clock.Day) bool { return v.Till < today || v.Till < v.Since }

// CoverAct says exactly which cover is asked for.
type CoverAct struct {
	Deputy int64     `json:"deputy"`
	Role   string    `json:"role"`
	Since  clock.Day `json:"since"`
	Till   clock.Day `json:"till"`
}

// Cover gives an official who is away a deputy. Whoever manages accounts does, or the head of the office (see roles.yaml);
// where a role opens households and there is another administrator, it is only asked for: what is returned then is the
// request, else the zero Approval. login is the deputy's. A Forbidden fault: the caller is one of the two, or has not
// shown lately who sits there. A Conflict fault: the deputy would hold two roles that exclude each other. An Invalid
// fault: no such office, deputy or days.
func (s *Service) Cover(ctx context.Context, c access.Caller, v Cover, login string) (Approval, error) {
	if err := proved(ctx, c, s.now()); err != nil {
		return Approval{}, err
	}
	if v.Since == 0 {
		v.Since = s.today()
	}
	deputy, _, err := s.find(ctx, s.db.In(system), "a.login = $1", foldLogin(login))
	if err != nil {
		return Approval{}, err
	}
	v.Deputy = deputy.ID
	lent, err := s.lendable(ctx, c, v)
	if err != nil {
		return Approval{}, err
	}
	if err := needsReason(ctx, v.Reason); err != nil {
		return Approval{}, err
	}
	second, err := s.needsSecond(ctx, c, lent.grant)
	if err != nil {
		return Approval{}, err
	}
	if second {
		return s.approvals.Ask(ctx, c, Act{Kind: CoverKind, Area: v.Area, Subject: strconv.FormatInt(v.Absent, 10), Reason: v.Reason,
			What:  CoverAct{Deputy: v.Deputy, Role: v.Role, Since: v.Since, Till: v.Till},
			Title: web.T(ctx, "office.covers.ask_title", "role", RoleName(web.Lang(ctx), v.Role))})
	}
	v.GivenBy = c.Account
	write, command, err := s.covering(ctx, lent.who, v, lent)
	if err != nil {
		return Approval{}, err
	}
	return Approval{}, s.db.Tx(ctx, system, func(tx store.Tx) error { return write(ctx, tx, command) })
}

// lent is an office that can be lent to a deputy.
type lent struct {
	grant  access.Grant // of the absent official
	deputy Account
	who    journal.Who
}

// lendable says whether the caller may lend an office, and to whom.
func (s *Service) lendable(ctx context.Context, c access.Caller, v Cover) (lent, error) {
	scope, err := access.Decide(c, access.CoverGive)
	if err != nil {
		return lent{}, err
	}
	if v.Till < v.Since || v.Till < s.today() || v.Till-v.Since >= longestCover {
		return lent{}, invalid(ctx, "till", "cover_days", "max", longestCover)
	}
	absent, known, err := s.find(ctx, s.db.In(system), "a.state <> 'disabled' AND a.id = $1", v.Absent)
	if err != nil {
		return lent{}, err
	}
	at := slices.IndexFunc(absent.Grants, func(g access.Grant) bool {
		return g.Role == v.Role && g.Area == v.Area && g.From <= v.Till && (g.To == nil || v.Since <= *g.To)
	})
	if !known || at < 0 || !access.Coverable(v.Role) || !scope.GivesCover(absent.Grants[at]) {
		return lent{}, invalid(ctx, "office", "cover_office")
	}
	deputy, known, err := s.find(ctx, s.db.In(system), "a.state = 'active' AND a.id = $1", v.Deputy)
	if err != nil {
		return lent{}, err
	}
	if !known || deputy.Person == absent.Person {
		return lent{}, invalid(ctx, "deputy", "cover_deputy")
	}
	if c.Person == absent.Person || c.Person == deputy.Person {
		return lent{}, refuse(ctx, fault.Forbidden, "cover_self")
	}
	who := journal.Who{Account: c.Account, Role: scope.Role(absent.Grants[at].Lo), Place: c.Place, Why: v.Reason}
	return lent{grant: absent.Grants[at], deputy: deputy.Account, who: who}, nil
}

// covering prepares the storing of a cover, with its events.
func (s *Service) covering(ctx context.Context, who journal.Who, v Cover, l lent) (func(context.Context, store.Tx, *journal.Command) error, *journal.Command, error) {
	var err error
	if v.ID, err = s.journal.Ids().One(ctx, 0); err != nil {
		return nil, nil, err
	}
	command, err := s.journal.Begin(ctx, who)
	if err != nil {
		return nil, nil, err
	}
	if err := command.Note(ctx, v.entries("cover_given")...); err != nil {
		return nil, nil, err
	}
	g := l.grant
	g.From, g.To = v.Since, &v.Till
	return func(ctx context.Context, tx store.Tx, command *journal.Command) error {
		if err := s.compatible(ctx, tx, l.deputy.Person, g, dayOf(command.At)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO cover (id, absent, role, area, deputy, since, till, reason, given_by, given) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
			v.ID, v.Absent, v.Role, v.Area, v.Deputy, int64(v.Since), int64(v.Till), v.Reason, v.GivenBy, int64(command.At))
		if err != nil {
			return err
		}
		return command.Append(ctx, tx)
	}, command, nil
}

// entries are the events of a cover, about both accounts.
func (v Cover) entries(kind string) []journal.Entry {
	body := map[string]any{"cover": v.ID, "absent": v.Absent, "deputy": v.Deputy, "role": v.Role, "area": v.Area, "since": v.Since, "till": v.Till}
	list := []journal.Entry{entry(kind, v.Absent, body), entry(kind, v.Deputy, body)}
	for i := range list {
		list[i].Area = v.Area
	}
	return list
}

// confirmCover prepares the cover that an administrator agrees to, looked at anew with the administrator's eyes.
func (s *Service) confirmCover(ctx context.Context, c access.Caller, asked Approval) (func(context.Context, store.Tx) error, error) {
	absent, err := strconv.ParseInt(asked.Subject, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("read whose office was asked for: %w", err)
	}
	act, err := ReadAct[CoverAct](asked)
	if err != nil {
		return nil, err
	}
	v := Cover{Absent: absent, Deputy: act.Deputy, Role: act.Role, Area: asked.Area, Since: act.Since, Till: act.Till, Reason: asked.Reason, GivenBy: asked.Account}
	l, err := s.lendable(ctx, c, v)
	if err != nil {
		return nil, err
	}
	write, command, err := s.covering(ctx, l.who, v, l)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, tx store.Tx) error { return write(ctx, tx, command) }, nil
}

// EndCover ends a cover at version ver at once: its last day was yesterday. A Conflict fault: it is over.
func (s *Service) EndCover(ctx context.Context, scope access.Scope, id, ver int64) error {
	v, err := s.OneCover(ctx, scope, id)
	if err != nil {
		return err
	}
	c := scope.Caller()
	if v.Ended(s.today()) {
		return refuse(ctx, fault.Conflict, "ended")
	}
	v.Till = s.today() - 1
	return s.act(ctx, journal.Who{Account: c.Account, Role: scope.Role(v.Area), Place: c.Place}, func(tx store.Tx, _ clock.Time) error {
		if err := store.Bump(ctx, tx, "cover", "id = $1", ver, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE cover SET till = $2 WHERE id = $1", id, int64(v.Till))
		return err
	}, v.entries("cover_ended")...)
}

// OneCover returns a cover of an office in scope, else a NotFound fault.
func (s *Service) OneCover(ctx context.Context, scope access.Scope, id int64) (Cover, error) {
	found, err := s.covers(ctx, scope, "id = $1", id)
	if err == nil && len(found) == 0 {
		err = refuse(ctx, fault.NotFound, "no_cover")
	}
	if err != nil {
		return Cover{}, err
	}
	return found[0], nil
}

// ListCovers returns the covers of offices in scope, newest first, older than before (0 for the newest).
func (s *Service) ListCovers(ctx context.Context, scope access.Scope, before int64, limit int) ([]Cover, error) {
	if before == 0 {
		before = 1 << 62
	}
	return s.covers(ctx, scope, "id < $1 ORDER BY id DESC LIMIT $2", before, limit)
}

func (s *Service) covers(ctx context.Context, scope access.Scope, condition string, args ...any) ([]Cover, error) {
	found, err := store.All(ctx, s.db.In(scope), "SELECT id, absent, deputy, role, area, since, till, reason, given_by, given, ver FROM cover WHERE {place area} AND "+condition, args, func(r store.Rows, v *Cover) error {
		return r.Scan(&v.ID, &v.Absent, &v.Deputy, &v.Role, &v.Area, (*int64)(&v.Since), (*int64)(&v.Till), &v.Reason, &v.GivenBy, (*int64)(&v.Given), &v.Ver)
	})
	if err != nil {
		return nil, fmt.Errorf("read covers: %w", err)
	}
	return found, nil
}

// Office is a role in an area that somebody holds and that a deputy can hold for them.
type Office struct {
	Account int64
	Name    string
	access.Grant
}

// Offices are the offices in scope for which the caller may name a deputy, by name; at most limit.
func (s *Service) Offices(ctx context.Context, scope access.Scope, limit int) ([]Office, error) {
	today := int64(s.today())
	found, err := store.All(ctx, s.db.In(scope), `SELECT a.id, a.name, g.role, g.area, g.lo, g.hi FROM account_grant g JOIN account a ON a.id = g.account
		WHERE {place g.lo} AND {place g.hi} AND a.state <> 'disabled' AND a.person <> $1 AND g.from_day <= $2 AND (g.to_day IS NULL OR g.to_day >= $2) ORDER BY a.name, a.id, g.role LIMIT $3`,
		[]any{scope.Caller().Person, today, limit}, func(r store.Rows, o *Office) error {
			return r.Scan(&o.Account, &o.Name, &o.Role, &o.Area, &o.Lo, &o.Hi)
		})
	if err != nil {
		return nil, fmt.Errorf("read who holds which office: %w", err)
	}
	return slices.DeleteFunc(found, func(o Office) bool { return !scope.GivesCover(o.Grant) }), nil
}
