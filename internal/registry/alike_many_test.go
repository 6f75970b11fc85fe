package registry

import (
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
)

func TestAsManyNamesakesAsThereAreAreRead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db store.DB) {
		persons := make([]int64, 70_000) // more than either engine takes as values of one statement
		for i := range persons {
			persons[i] = int64(i + 1)
		}
		s := &Service{db: access.Guard(db)}
		if found, err := s.identities(t.Context(), 1, persons, 2, true); err != nil || len(found) != 0 {
			t.Fatalf("%d persons of an empty register, %v", len(found), err)
		}
	})
}
