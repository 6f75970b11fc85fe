package page

import (
	"net/http"
	"net/url"
	"strconv"

	"rightkey/internal/fault"
	"rightkey/internal/web"
)

// olderThan reads below which identifier a page of a list begins, 0 for the newest.
func olderThan(r *http.Request) (int64, error) {
	before, err := strconv.ParseInt("0"+r.URL.Query().Get("before"), 10, 64)
	if err != nil {
		return 0, fault.Wrap(fault.Invalid, err, "%s", web.T(r.Context(), "office.fault.filter"))
	}
	return before, nil
}

// paged cuts what was found, one more than a page holds, to a page, with the ways to the next and the first one.
func paged[T any](path string, before int64, found []T, id func(T) int64) ([]T, web.Pager) {
	var pager web.Pager
	if len(found) > perPage {
		found = found[:perPage]
		pager.Next = path + "?" + url.Values{"before": {strconv.FormatInt(id(found[perPage-1]), 10)}}.Encode()
	}
	if before > 0 {
		pager.First = path
	}
	return found, pager
}
