package store_test

import (
	"testing"

	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
)

// BenchmarkLimit reads with a number that is bound to a LIMIT, beside the same with the number in the text.
func BenchmarkLimit(b *testing.B) {
	db := storetest.SQLite(b)
	const sql = "SELECT h.id FROM household h LEFT JOIN person p ON p.home = h.home AND p.id = h.head WHERE h.area BETWEEN $1 AND $2 AND (h.area, h.id) > ($3, $4) ORDER BY h.area, h.id LIMIT "
	read := func(text string, args ...any) func(b *testing.B) {
		return func(b *testing.B) {
			for b.Loop() {
				if _, err := store.All(b.Context(), db, sql+text, args, func(rows store.Rows, id *int64) error { return rows.Scan(id) }); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("bound", read("$5", 1, 2, 0, 0, 25))
	b.Run("written", read("25", 1, 2, 0, 0))
}
