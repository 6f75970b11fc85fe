package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/govalues/decimal"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// Share is how a split divides an amount that the household had: land, mostly.
type Share struct {
	Item        string
	Stays, Goes policy.Value
}

// held are the amounts that a household has near the day of a split, and the day whose answers they are.
type held struct {
	facts policy.Facts
	on    clock.Day
}

// planShares reads the amounts that a split divides: the latest answers that are not of a later year.
func (s *Service) planShares(ctx context.Context, scope access.Scope, p *planner) error {
	p.held.on = p.act.Day
	if p.rule.Kind != ActSplit || len(p.act.Shares) == 0 {
		return nil
	}
	h := p.source.Household
	all, err := s.documents(ctx, scope, h.Home, h.ID, func() (crypt.DataKey, error) { return s.keys.Of(ctx, h.Home, h.ID) })
	if err != nil {
		return err
	}
	y, _, _ := p.act.Day.Civil()
	p.held.facts = policy.Facts{}
	for _, d := range all.near(y) {
		for code := range p.act.Shares {
			if value, ok := d.Facts[code]; ok {
				p.held.facts[code] = value
				if d.Year != 0 && d.Year != y {
					p.held.on = clock.Date(d.Year, 12, 31)
				}
			}
		}
	}
	return nil
}

// divide works out what stays and what goes of each amount.
func (p *planner) divide() []Share {
	var shares []Share
	for _, code := range slices.Sorted(maps.Keys(p.act.Shares)) {
		item, ok := p.pack.Item(SubjectHousehold, code)
		if !ok || !slices.Contains(p.rules.Shares, code) {
			p.object("shares", "no_share")
			continue
		}
		goes, err := item.Parse(p.act.Shares[code])
		whole, known := amountOf(p.held.facts[code])
		part, isNumber := amountOf(goes)
		switch {
		case err != nil || !isNumber || part.IsNeg():
			p.object("shares", "not_a_number")
			continue
		case !known || part.Cmp(whole) > 0:
			p.object("shares", "too_much")
			continue
		}
		left, err := whole.Sub(part)
		if err != nil {
			p.object("shares", "not_a_number")
			continue
		}
		stays, err := item.Parse(left.Trim(0).String())
		if err != nil {
			p.object("shares", "too_much")
			continue
		}
		shares = append(shares, Share{Item: code, Stays: stays, Goes: goes})
	}
	return shares
}

// amountOf is a canonical number as a decimal.
func amountOf(value policy.Value) (decimal.Decimal, bool) {
	var text string
	switch v := value.(type) {
	case int64:
		text = fmt.Sprint(v)
	case json.Number:
		text = v.String()
	default:
		return decimal.Decimal{}, false
	}
	d, err := decimal.Parse(text)
	return d, err == nil
}

// prepareShares makes the writes of what a split divides besides the members: amounts and the house.
func (w *rosterWriter) prepareShares(ctx context.Context, scope access.Scope) error {
	if w.plan.Rule.Kind != ActSplit {
		return nil
	}
	source, founded := w.plan.After[0].Household, w.plan.After[1].Household
	var newKey crypt.DataKey
	for _, key := range w.keys {
		if key.Subject == founded.ID {
			newKey = key.Key
		}
	}
	if len(w.plan.Shares) > 0 {
		oldKey, err := w.s.keys.Of(ctx, source.Home, source.ID)
		if err != nil {
			return fmt.Errorf("open household %d: %w", source.ID, err)
		}
		stays, goes := change.Values{}, change.Values{}
		for _, share := range w.plan.Shares {
			stays[share.Item], goes[share.Item] = share.Stays, share.Goes
		}
		for _, side := range []struct {
			h   Household
			key crypt.DataKey
			set change.Values
		}{{source, oldKey, stays}, {founded, newKey, goes}} {
			r := change.Record{Kind: SubjectHousehold, ID: side.h.ID, Home: side.h.Home, Area: side.h.Area, On: w.plan.sharesOn, Key: side.key}
			write, err := w.s.prepareFacts(ctx, scope, r, SubjectHousehold, side.h.ID, side.set)
			if err != nil {
				return err
			}
			w.shares = append(w.shares, write)
		}
	}
	if w.plan.Act.Dwelling {
		return w.prepareHouse(ctx, scope, source, founded, newKey)
	}
	return nil
}

// prepareHouse lets the new household take the house: the old household lived in it until the day, the new one has
// its own record of it with the same answers.
func (w *rosterWriter) prepareHouse(ctx context.Context, scope access.Scope, source, founded Household, key crypt.DataKey) error {
	houses, err := store.All(ctx, w.s.db.In(scope), "SELECT id, lat, lon FROM dwelling WHERE {checked} AND home = $1 AND household = $2 AND to_day IS NULL ORDER BY id", []any{source.Home, source.ID},
		func(r store.Rows, d *Dwelling) error { return r.Scan(&d.ID, &d.Lat, &d.Lon) })
	if err != nil {
		return fmt.Errorf("read the house: %w", err)
	}
	day := int64(w.plan.Act.Day)
	for _, house := range houses {
		all, err := w.s.documents(ctx, scope, source.Home, house.ID, func() (crypt.DataKey, error) { return w.s.keys.Of(ctx, source.Home, source.ID) })
		if err != nil {
			return err
		}
		id, err := w.s.journal.Ids().One(ctx, source.Home)
		if err != nil {
			return err
		}
		w.shares = append(w.shares, func(ctx context.Context, tx store.Tx) error {
			if _, err := tx.Exec(ctx, "UPDATE dwelling SET to_day = $3, ver = ver + 1 WHERE {checked} AND home = $1 AND id = $2", source.Home, house.ID, day); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "INSERT INTO dwelling (home, id, household, from_day, lat, lon) VALUES ($1, $2, $3, $4, $5, $6)", founded.Home, id, founded.ID, day, house.Lat, house.Lon)
			return err
		})
		for _, d := range all {
			on := w.plan.Act.Day
			if d.Year != 0 {
				on = clock.Date(d.Year, 12, 31)
			}
			r := change.Record{Kind: SubjectDwelling, ID: id, Home: founded.Home, Area: founded.Area, On: on, Key: key}
			write, err := w.s.prepareFacts(ctx, scope, r, SubjectDwelling, founded.ID, change.Values(d.Facts))
			if err != nil {
				return err
			}
			w.shares = append(w.shares, write)
		}
	}
	return nil
}
