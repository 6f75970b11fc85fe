package registry

import (
	"context"
	"fmt"
	"slices"

	"rightkey/internal/access"
	"rightkey/internal/store"
)

// membersChunk is how many households are asked for in one statement.
const membersChunk = 200

// MembersOf returns who lives now in households that were found in scope before, as far as the reader may see it: by
// household, its head first. Of a member it holds the core items only. Whoever shows it journals the reading.
func (s *Service) MembersOf(ctx context.Context, scope access.Scope, list []Household) (map[int64][]Member, error) {
	of, byHome := map[int64]Household{}, map[int64][]int64{}
	for _, h := range list {
		of[h.ID] = h
		byHome[h.Home] = append(byHome[h.Home], h.ID)
	}
	type row struct {
		Member
		household, head int64
		birth, died     *int64
	}
	members := map[int64][]Member{}
	for home, some := range byHome {
		for part := range slices.Chunk(some, membersChunk) {
			args := append([]any{home}, store.Padded(part)...)
			rows, err := store.All(ctx, s.db.In(scope), "SELECT "+personColumns+`, m.household, m.relation, m.head, m.from_day FROM membership m
				JOIN person p ON p.home = m.home AND p.id = m.person WHERE {checked} AND m.home = $1 AND m.to_day IS NULL AND m.household IN (`+store.In(2, len(args)-1)+") ORDER BY m.household, m.head DESC, m.person",
				args, func(r store.Rows, one *row) error {
					return r.Scan(append(scanPersonInto(&one.Person, &one.birth, &one.died), &one.household, &one.Relation, &one.head, &one.From)...)
				})
			if err != nil {
				return nil, fmt.Errorf("read the members of households: %w", err)
			}
			for _, one := range rows {
				h, m := of[one.household], one.Member
				m.Birth, m.Died, m.IsHead = day(one.birth), day(one.died), one.head == 1
				s.maskPerson(scope.In(h.State()), h.Area, &m)
				members[h.ID] = append(members[h.ID], m)
			}
		}
	}
	return members, nil
}
