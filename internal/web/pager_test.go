package web

import (
	"net/url"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// numbered reads a page of the numbers 1 to count from a cursor on, as a room reads its rows: one further than limit.
func numbered(count, limit int, c Cursor) []int {
	at, _ := strconv.Atoi(c.Row)
	first, last := at+1, min(count, at+limit+1)
	if c.Back {
		first, last = max(1, at-limit-1), at-1
	}
	var rows []int
	for n := first; n <= last; n++ {
		rows = append(rows, n)
	}
	return rows
}

func TestThePagerLeadsThereAndBackThroughAllPages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count, limit := rapid.IntRange(0, 40).Draw(t, "count"), rapid.IntRange(1, 9).Draw(t, "limit")
		address := func(parameter, value string) string {
			query := url.Values{"status": {"kept"}}
			if parameter != "" {
				query.Set(parameter, value)
			}
			return "/rows?" + query.Encode()
		}
		visit := func(at string) ([]int, Pager) {
			parsed, err := url.Parse(at)
			if err != nil || parsed.Query().Get("status") != "kept" {
				t.Fatalf("%s lost the filter (%v)", at, err)
			}
			c := CursorOf(parsed.Query())
			return Turned(numbered(count, limit, c), limit, c, address, strconv.Itoa)
		}
		rows, pager := visit(address("", ""))
		pages := [][]int{rows}
		if pager.Previous != "" || pager.First != "" {
			t.Fatalf("the first page leads back: %+v", pager)
		}
		for pager.Next != "" {
			rows, pager = visit(pager.Next)
			pages = append(pages, rows)
		}
		if got := slices.Concat(pages...); len(got) != count {
			t.Fatalf("%d of %d rows on the way there", len(got), count)
		}
		for i := len(pages) - 2; i >= 0; i-- {
			if pager.Previous == "" {
				t.Fatalf("no way back to page %d of %d", i+1, len(pages))
			}
			if rows, pager = visit(pager.Previous); !slices.Equal(rows, pages[i]) {
				t.Fatalf("back on page %d are %v, on the way there %v", i+1, rows, pages[i])
			}
			if pager.Next == "" {
				t.Fatalf("page %d leads on to nothing", i+1)
			}
		}
		if pager.Previous != "" {
			t.Fatalf("before the first page is %s", pager.Previous)
		}
	})
}
