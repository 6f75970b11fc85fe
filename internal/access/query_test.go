package access

import (
	"slices"
	"testing"
)

func TestWorkOnAWholeRegisterIsNotBoundToAreas(t *testing.T) {
	const sql = "SELECT 1 FROM household h WHERE {scope h.area}"
	work := System("a test of work on a whole register")
	for _, c := range []struct {
		s    Scope
		want string
		args []any
	}{
		{work, "SELECT 1 FROM household h WHERE h.area IS NOT NULL", nil},
		{work.Within(Range{5, 9}), "SELECT 1 FROM household h WHERE h.area BETWEEN $1 AND $2", []any{int64(5), int64(9)}},
	} {
		text, args, err := c.s.bind(sql, nil)
		if err != nil || text != c.want || !slices.Equal(args, c.args) {
			t.Errorf("%q %v %v, want %q %v", text, args, err, c.want, c.args)
		}
	}
}
