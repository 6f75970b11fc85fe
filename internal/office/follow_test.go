package office_test

import (
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/store"
)

func TestRolesFollowAnAreaThatBecomesAnother(t *testing.T) {
	for name, c := range map[string]struct {
		change   area.Change
		old, new bool // has the role afterwards
	}{
		"move":   {area.Change{ID: 1, Kind: area.Moved, From: 11, To: 21}, false, true},
		"merge":  {area.Change{ID: 1, Kind: area.Merged, From: 11, To: 12}, false, true},
		"split":  {area.Change{ID: 1, Kind: area.Split, From: 11, To: 12}, true, true},
		"rename": {area.Change{ID: 1, Kind: area.Renamed, From: 11, To: 11}, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, d *desk) {
				c.change.Day = d.Today
				must(t, d.Raw.Tx(t.Context(), func(tx store.Tx) error {
					_, err := tx.Exec(t.Context(), "INSERT INTO account (id, login, name, person, state, password, lang, theme, created, created_by) VALUES (77, 'clerk', 'Clerk', 'p77', 'active', '', 'en', '', 0, 0)")
					if err == nil {
						_, err = tx.Exec(t.Context(), "INSERT INTO account_grant (account, role, area, lo, hi, from_day, granted_by, granted) VALUES (77, 'township-clerk', 11, 11, 11, 100, 0, 0)")
					}
					return err
				}))
				for range 2 { // called again it does nothing more
					must(t, d.office.FollowArea(t.Context(), c.change))
				}
				caller, err := d.office.CallerOf(t.Context(), 77)
				must(t, err)
				scope, err := access.Decide(caller, access.HouseholdList)
				must(t, err)
				if scope.Holds(c.change.From) != c.old || scope.Holds(c.change.To) != c.new {
					t.Errorf("afterwards the clerk reaches %v", scope.Ranges())
				}
				var events int64
				must(t, store.One(t.Context(), d.Raw, "SELECT count(*) FROM event WHERE kind = 'account.grant_followed'", nil, &events))
				if want := map[bool]int64{true: 0, false: 1}[name == "rename"]; events != want {
					t.Errorf("%d events, want %d", events, want)
				}
			})
		})
	}
}
