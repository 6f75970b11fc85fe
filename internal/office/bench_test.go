package office_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"rightkey/internal/office"
	"rightkey/internal/store"
	"rightkey/internal/store/storetest"
	"rightkey/test/stand"
)

// BenchmarkARequestFindsOutWhoAsks measures what each request of a signed-in user costs, as a ratio to one bare read
// of a row in the same database.
func BenchmarkARequestFindsOutWhoAsks(b *testing.B) {
	for name, open := range map[string]func(testing.TB) store.DB{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			s := stand.New(b, open(b), "1-1")
			o := office.New(office.Options{DB: s.DB, Journal: s.Journal, Scheme: s.Areas.Scheme(), Passwords: cheap})
			sessions := office.NewSessions(o)
			code, err := o.Bootstrap(b.Context(), "boss")
			if err != nil {
				b.Fatal(err)
			}
			w := httptest.NewRecorder()
			if _, err := sessions.Activate(w, httptest.NewRequest(http.MethodPost, "/activate", nil), code, good); err != nil {
				b.Fatal(err)
			}
			r := withCookie(w.Result().Cookies()[0])
			var bare, asked time.Duration
			for b.Loop() {
				start := time.Now()
				var one string
				if err := store.One(b.Context(), s.Raw, "SELECT login FROM account WHERE login = $1", []any{"boss"}, &one); err != nil {
					b.Fatal(err)
				}
				bare += time.Since(start)
				start = time.Now()
				if _, err := sessions.Authenticate(r); err != nil {
					b.Fatal(err)
				}
				asked += time.Since(start)
			}
			b.ReportMetric(float64(asked)/float64(bare), "ratio-to-one-read")
			b.ReportMetric(float64(asked.Microseconds())/float64(b.N), "µs/request")
		})
	}
}
