package registry

import (
	"context"
	"fmt"

	"rightkey/internal/change"
)

// planPlaces decides on rows of forms of areas. The key of a row is the official code of its area.
func (r *importRun) planPlaces(ctx context.Context, b *batch, rows []parsed, dry bool) error {
	if err := r.findAreas(ctx, rows); err != nil {
		return err
	}
	for i := range rows {
		p := &rows[i]
		key := r.areas[p.area]
		if key == 0 && p.area != "" {
			p.reject(r.im.Mapping.Key, "no_area", "code", p.area)
		}
		if p.rejected() {
			continue
		}
		var err error
		if b.outcomes[i], err = r.planPlace(ctx, b, p, key, dry); err != nil {
			return fmt.Errorf("row %d: %w", p.n, err)
		}
	}
	return nil
}

// planPlace decides on one area: its first answers make its record.
func (r *importRun) planPlace(ctx context.Context, b *batch, p *parsed, key int64, dry bool) (outcome, error) {
	kind := r.im.Mapping.Subject
	if level := r.r.pack.Levels.Find(kind); r.s.areas.Scheme().Level(key) != level {
		p.reject(r.im.Mapping.Key, "other_level", "code", p.area)
		return rejected, nil
	}
	at, err := r.s.placeAt(ctx, r.scope, key)
	if err != nil {
		return rejected, err
	}
	if at.ID != 0 {
		return r.revise(ctx, b, p, kind, at.ID, change.Values(p.values), dry)
	}
	done := r.creates(p, dry)
	if dry {
		return done, nil
	}
	fresh, err := r.s.newPlace(ctx, at)
	if err != nil {
		return rejected, err
	}
	b.keys = append(b.keys, fresh.key)
	b.add("place", placeColumns, fresh.row())
	if err := r.newFacts(ctx, b, kind, fresh.place.Home, fresh.place.ID, key, 0, p.day, p.values, fresh.key.Key); err != nil {
		return rejected, err
	}
	opened := fresh.opened(map[string]any{"import": r.im.ID, "row": p.n, "set": p.values})
	opened.ValidOn = &p.day
	return done, b.command.Note(ctx, opened)
}
