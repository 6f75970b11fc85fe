package office

import (
	"context"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/journal"
	"rightkey/internal/store"
	"rightkey/internal/web"
)

// Grant gives an account a role in an area for some days. Where the role opens households or manages accounts and
// another administrator could confirm it, it is only asked for, with the reason: what is returned then is the request,
// and the role is worth nothing before that; the zero Approval says that it was given. It returns a Forbidden fault for
// a grant to oneself or beyond the caller's areas, and a Conflict fault where the person would hold two roles that
// exclude each other, by this or another account.
func (s *Service) Grant(ctx context.Context, c access.Caller, id int64, g access.Grant, reason string) (Approval, error) {
	a, who, err := s.managed(ctx, c, id, "grant a role")
	if err != nil {
		return Approval{}, err
	}
	scope, _, err := s.manager(c, "")
	if err != nil {
		return Approval{}, err
	}
	if g, err = s.grantable(ctx, c, scope, a.Person, g); err != nil {
		return Approval{}, err
	}
	second, err := s.needsSecond(ctx, c, g)
	if err != nil {
		return Approval{}, err
	}
	if second {
		return s.askGrant(ctx, c, id, g, reason)
	}
	return Approval{}, s.act(ctx, who, func(tx store.Tx, at clock.Time) error {
		return s.addGrant(ctx, tx, a, g, c.Account, at)
	}, granted("granted", id, g))
}

// Revoke ends a grant at once: its last day was yesterday.
func (s *Service) Revoke(ctx context.Context, c access.Caller, id int64, role string, area int64, from clock.Day) error {
	_, who, err := s.managed(ctx, c, id, "revoke a role")
	if err != nil {
		return err
	}
	today := s.today()
	return s.act(ctx, who, func(tx store.Tx, _ clock.Time) error {
		n, err := tx.Exec(ctx, "UPDATE account_grant SET to_day = $5 WHERE account = $1 AND role = $2 AND area = $3 AND from_day = $4 AND (to_day IS NULL OR to_day >= $6)",
			id, role, area, int64(from), int64(today-1), int64(today))
		if err == nil && n != 1 {
			return refuse(ctx, fault.Conflict, "grant_ended")
		}
		return err
	}, granted("revoked", id, access.Grant{Role: role, Area: area, From: from}))
}

// grantable completes a grant and says whether the caller may give it to the person.
func (s *Service) grantable(ctx context.Context, c access.Caller, scope access.Scope, person string, g access.Grant) (access.Grant, error) {
	if person == c.Person {
		return g, refuse(ctx, fault.Forbidden, "grant_self")
	}
	if !slices.Contains(access.Roles(), g.Role) {
		return g, invalid(ctx, "role", "role")
	}
	if g.From == 0 {
		g.From = s.today()
	}
	if g.To != nil && *g.To < g.From {
		return g, invalid(ctx, "to", "grant_days")
	}
	g.Range = access.Everywhere
	if g.Area != 0 {
		known, err := exists(ctx, s.db.In(system), "SELECT 1 FROM area WHERE key = $1 AND valid_to IS NULL", g.Area)
		if err != nil {
			return g, err
		}
		if !known {
			return g, invalid(ctx, "area", "area")
		}
		if s.scheme.Levels() == 0 {
			return g, refuse(ctx, fault.Conflict, "levels")
		}
		g.Range = s.scheme.Range(g.Area)
	}
	if !within(scope, g.Range) {
		return g, refuse(ctx, fault.Forbidden, "grant_beyond")
	}
	return g, nil
}

// within says whether the whole range lies in scope.
func within(scope access.Scope, r access.Range) bool {
	return slices.ContainsFunc(scope.Ranges(), func(in access.Range) bool { return in.Lo <= r.Lo && r.Hi <= in.Hi })
}

// addGrant stores a grant unless the person would hold two roles that exclude each other. All accounts of the person
// move on, so that two administrators who grant at once meet here.
func (s *Service) addGrant(ctx context.Context, tx store.Tx, a Account, g access.Grant, by int64, at clock.Time) error {
	if _, err := tx.Exec(ctx, "UPDATE account SET ver = ver + 1 WHERE person = $1", a.Person); err != nil {
		return err
	}
	if err := s.compatible(ctx, tx, a.Person, g, dayOf(at)); err != nil {
		return err
	}
	return insertGrant(ctx, tx, a.ID, g, by, at)
}

// compatible is a Conflict fault where a person would hold two roles that exclude each other on a day of a grant.
func (s *Service) compatible(ctx context.Context, tx store.Tx, person string, g access.Grant, today clock.Day) error {
	held, err := grantsOf(ctx, tx, "a.person = $1", person)
	if err != nil {
		return err
	}
	held = slices.DeleteFunc(held, func(h access.Grant) bool {
		return (h.To != nil && (*h.To < today || *h.To < g.From)) || (g.To != nil && *g.To < h.From)
	})
	if one, other, found := access.Contradiction(append(held, g)); found {
		f := refuse(ctx, fault.Conflict, "grant_apart", "one", RoleName(web.Lang(ctx), one), "other", RoleName(web.Lang(ctx), other))
		return f.With(0, "role", "%s", f.Message)
	}
	return nil
}

// granted is the event of a grant.
func granted(kind string, account int64, g access.Grant) journal.Entry {
	body := map[string]any{"role": g.Role, "area": g.Area, "from": g.From, "assigned": g.Assigned}
	if g.To != nil {
		body["to"] = *g.To
	}
	e := entry(kind, account, body)
	e.Area = g.Area
	return e
}
