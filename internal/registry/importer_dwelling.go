package registry

import (
	"context"
	"fmt"

	"rightkey/internal/change"
)

// planDwellings decides on rows of dwellings: of the house of a number in a file of the register's own, else of the
// house in which the household lives; where it has none the row opens one.
func (r *importRun) planDwellings(ctx context.Context, b *batch, rows []parsed, dry bool) error {
	households, err := r.households(ctx, rows)
	if err != nil {
		return err
	}
	for i := range rows {
		p := &rows[i]
		h := r.householdOf(p, households)
		if p.rejected() {
			continue
		}
		if b.outcomes[i], err = r.planDwelling(ctx, b, p, h, dry); err != nil {
			return fmt.Errorf("row %d: %w", p.n, err)
		}
	}
	return nil
}

func (r *importRun) planDwelling(ctx context.Context, b *batch, p *parsed, h *Household, dry bool) (outcome, error) {
	if h.ID < 0 { // another file of the upload will create the household
		return r.creates(p, dry), nil
	}
	at, err := r.dwellingOf(ctx, p, h)
	if err != nil {
		return rejected, err
	}
	if at.id != 0 {
		return r.revise(ctx, b, p, SubjectDwelling, at.id, change.Values(p.values), dry)
	}
	if r.unknownNumber(p) {
		return rejected, nil
	}
	return r.submit(ctx, b, p, []change.Row{at.row(SubjectDwelling, h.ID, change.Values(p.values))}, created, dry)
}

// dwellingOf is the dwelling that a row is about, the zero one where there is none.
func (r *importRun) dwellingOf(ctx context.Context, p *parsed, h *Household) (owned, error) {
	if r.im.Mapping.Source != RegisterSource {
		return r.own(ctx, "SELECT id, ver FROM dwelling WHERE {checked} AND home = $1 AND household = $2 AND to_day IS NULL ORDER BY id", h.Home, h.ID)
	}
	found, err := r.lookupNumbers(ctx, SubjectDwelling, []string{p.key})
	if err != nil {
		return owned{}, err
	}
	return r.own(ctx, "SELECT id, ver FROM dwelling WHERE {checked} AND home = $1 AND household = $2 AND id = $3", h.Home, h.ID, found[p.key].id)
}
