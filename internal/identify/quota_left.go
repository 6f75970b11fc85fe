package identify

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// quotaLeft is, of households that may be registered as poor, how many more persons the narrowest of this year's quotas
// around each leaves once it is, together with those before it in the list; below zero is beyond the quota. Who is on
// the register already takes no place again. A household that no quota is about is left out.
func (s *Service) quotaLeft(ctx context.Context, scope access.Scope, pack *policy.Pack, list []registry.Household) (map[int64]int64, error) {
	year, _, _ := s.today().Civil()
	poor := poorStatuses(pack)
	left := map[int64]int64{}
	for _, q := range SectionOf(pack).Quotas {
		if q.Year != year {
			continue
		}
		room, err := s.room(ctx, q, poor)
		if err != nil {
			return nil, err
		}
		for _, h := range list {
			if h.Area < q.Area.Lo || h.Area > q.Area.Hi {
				continue
			}
			if !poor[h.Status] {
				room -= int64(h.Members)
			}
			if other, has := left[h.ID]; !has || room < other {
				left[h.ID] = room
			}
		}
	}
	return left, nil
}

// room is how many persons a quota leaves for those who are not on the register.
func (s *Service) room(ctx context.Context, q Quota, poor map[string]bool) (int64, error) {
	room := q.Persons
	system := access.System("how many persons of a quota are registered")
	for status := range poor {
		var persons int64
		err := store.One(ctx, s.db.In(system), "SELECT coalesce(sum(members), 0) FROM household WHERE {checked} AND status = $1 AND area BETWEEN $2 AND $3 AND closed IS NULL", []any{status, q.Area.Lo, q.Area.Hi}, &persons)
		if err != nil {
			return 0, fmt.Errorf("count the persons of a quota: %w", err)
		}
		room -= persons
	}
	return room, nil
}

// poorStatuses are the statuses of households that are registered as poor.
func poorStatuses(pack *policy.Pack) map[string]bool {
	poor := map[string]bool{}
	if item, ok := pack.Item(registry.SubjectHousehold, registry.FieldStatus); ok {
		for _, o := range item.Options() {
			if o.Group == "poor" {
				poor[o.Code] = true
			}
		}
	}
	return poor
}

// Unregistered are the households that the register lacks: poor by the newest assessment, without the status of a poor
// household.
func Unregistered(pack *policy.Pack) registry.Filter {
	return registry.Filter{Verdict: []string{string(Poor)}, NotStatus: slices.Sorted(maps.Keys(poorStatuses(pack)))}
}
