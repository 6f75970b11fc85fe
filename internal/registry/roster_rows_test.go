package registry

import (
	"context"
	"slices"
	"strings"
	"testing"

	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
)

// still are the tables whose rows name an area, a household or a person and stay as they are when that one moves.
var still = map[string]string{
	"household":             "is the record itself",
	"membership":            "says who lived where and when; it stays where its household is",
	"dwelling":              "belongs to its household, whose area it has",
	"entry":                 "belongs to its household, whose area it has; the person is named, not held",
	"household_status":      "belongs to its household, whose area it has",
	"assessment":            "was made of the household as it was on its day; who may see it is decided by where the household is",
	"transfer":              "tells from where to where",
	"area_change_household": "names who goes with a change of an area",
	"worksheet":             "belongs to its household and stays in its home",
	"change_set":            "goes by moveSets",
	"event":                 "is sealed with the area of its day",
	"pack_use":              "is about the area itself", "home": "is about the area itself", "account_grant": "is about the area itself", "cover": "is about the area itself", "quality_area": "is about the area itself",
	"collection_window": "is about the area itself", "norm_table": "is about the area itself", "document": "was printed in that area and is found by its token alone",
	"campaign": "is about the area itself", "campaign_stratum": "was drawn in the area itself",
	"place": "is about the area itself", "organisation": "has an area of its own", "export": "was made for the area itself",
	"duplicate_inquiry": "tells which counties asked each other", "duplicate_pair": "is found by its sides",
	"sitting": "was held for the area itself", "notice": "hangs in the area itself",
	"job": "was started for the area itself", "import": "was started for the area itself", "approval": "was asked for in that area", "alert": "was raised in that area",
	"own_declared": "person is an official", "assignment.person": "is an official", "inspection": "is about the area itself",
	"check_list": "was given for the area itself",
	"find_key":   "goes by moveKeys", "person_find": "goes by moveKeys", "find_late": "names who is taken out by moveKeys",
	"unmasking": "tells who saw what where", "account": "person is who holds the account",
}

// It reads the schema, so that a new table with such a column has to be listed or excused.
func TestEveryTableThatNamesAreaHouseholdOrPersonFollowsOrIsExcused(t *testing.T) {
	db := storetest.SQLite(t)
	type column struct{ table, name string }
	columns, err := store.All(context.Background(), db, `SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.name IN ('area', 'household', 'person') ORDER BY m.name, c.name`, nil, func(r store.Rows, c *column) error { return r.Scan(&c.table, &c.name) })
	if err != nil || len(columns) < 10 {
		t.Fatalf("%d columns (%v)", len(columns), err)
	}
	for _, c := range columns {
		_, excused := still[c.table]
		_, other := still[c.table+"."+c.name]
		if excused || other {
			continue
		}
		follows := slices.ContainsFunc(followers, func(f follower) bool { return f.table == c.table })
		goes := slices.ContainsFunc(personal, func(p struct{ table, person string }) bool { return p.table == c.table })
		if c.name == "person" && !goes || c.name != "person" && !follows {
			t.Errorf("%s.%s: when a household or person moves, do its rows follow? Add it to followers or personal, or say here why it stays", c.table, c.name)
		}
	}
	for _, f := range followers {
		if !slices.ContainsFunc(columns, func(c column) bool { return c.table == f.table && c.name == "area" }) {
			t.Errorf("%s has no area that could follow", f.table)
		}
	}
	tables, err := store.All(context.Background(), db, "SELECT name, sql FROM sqlite_master WHERE type = 'table'", nil, func(r store.Rows, c *column) error { return r.Scan(&c.table, &c.name) })
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range personal {
		i := slices.IndexFunc(tables, func(c column) bool { return c.table == p.table })
		if i < 0 || !strings.Contains(tables[i].name, "home ") || !strings.Contains(tables[i].name, p.person+" ") {
			t.Errorf("%s has no home or no column %s", p.table, p.person)
		}
	}
}
