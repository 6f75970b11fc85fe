package status_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"rightkey/internal/fault"
	"rightkey/internal/fault/status"
)

func TestWhatIsNoKindIsOurMistake(t *testing.T) {
	for kind, want := range map[fault.Kind]int{fault.Internal: 500, fault.NotFound: 404, fault.Stale: 412, "unheard_of": 500} {
		if got := status.Of(kind); got != want {
			t.Errorf("%q: %d, want %d", kind, got, want)
		}
	}
}

func TestAPathWithOtherMethodsIsToldFromNoPath(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /here", func(http.ResponseWriter, *http.Request) {})
	for path, want := range map[string]struct {
		status int
		allow  string
	}{"/here": {405, "GET, HEAD"}, "/there": {404, ""}} {
		r := httptest.NewRequest(http.MethodPost, path, nil)
		handler, _ := mux.Handler(r)
		if got, allow := status.Unrouted(handler, r); got != want.status || allow != want.allow {
			t.Errorf("%s: %d %q, want %d %q", path, got, allow, want.status, want.allow)
		}
	}
}
