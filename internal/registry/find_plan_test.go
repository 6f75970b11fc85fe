package registry

import (
	"strings"
	"testing"

	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
)

// The time of a search must not grow with the register: every table is entered by an index, and the keys of names by
// their key and place.
func TestASearchByNameReadsNoTableFromEndToEnd(t *testing.T) {
	db := storetest.SQLite(t)
	inPlace := strings.NewReplacer("{place area}", "area BETWEEN 11000000 AND 11999999", "{scope h.area h.id}", "h.area BETWEEN 11000000 AND 11999999")
	for _, text := range []string{"王小明", "Muhammad Aslam Khan", "محمد اسلم"} {
		who, args := nameSearch(text)
		steps, err := store.All(t.Context(), db, "EXPLAIN QUERY PLAN "+inPlace.Replace(peopleOf(who)), args, func(r store.Rows, step *string) error {
			var id, parent, unused int64
			return r.Scan(&id, &parent, &unused, step)
		})
		if err != nil {
			t.Fatal(err)
		}
		keyed := 0
		for _, step := range steps {
			if strings.HasPrefix(step, "SCAN") && !strings.HasPrefix(step, "SCAN chosen") && step != "SCAN m" && step != "SCAN p" && !strings.HasPrefix(step, "SCAN u") && !strings.HasPrefix(step, "SCAN k") {
				t.Errorf("%s: %s", text, step)
			}
			if strings.Contains(step, "household_area") || strings.Contains(step, "AUTOMATIC") {
				t.Errorf("%s: all households of the place are read: %s", text, step)
			}
			if strings.Contains(step, "find_key USING PRIMARY KEY (layer=? AND key=? AND area>? AND area<?)") {
				keyed++
			}
		}
		if keyed == 0 {
			t.Errorf("%s: no key of a name is looked up: %v", text, steps)
		}
	}
}
