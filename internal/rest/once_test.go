package rest_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestARepeatedRequestGetsTheFirstAnswer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		make1 := func(who, body, key string) answer {
			return h.ask(who, "POST", "/api/v1/things", body, "Idempotency-Key", key)
		}
		first := make1("clerk", `{"name":"a"}`, "key-number-1")
		again := make1("clerk", `{"name":"a"}`, "key-number-1")
		if first.StatusCode != 201 || again.StatusCode != 201 || first.text != again.text || again.Header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("first %d %s, again %d %s", first.StatusCode, first.text, again.StatusCode, again.text)
		}
		if again.Header.Get("Content-Type") != first.Header.Get("Content-Type") {
			t.Error("the repeated answer has another content type")
		}
		make1("clerk", `{"name":"b"}`, "key-number-1").problem(t, 409)
		if other := make1("other", `{"name":"a"}`, "key-number-1"); other.text == first.text {
			t.Error("another account got the answer")
		}
		make1("clerk", `{"name":"a"}`, "short").problem(t, 400)
		make1("clerk", `{"name":"refused"}`, "key-number-2").problem(t, 409)
		if a := make1("clerk", `{"name":"better"}`, "key-number-2"); a.StatusCode != 201 {
			t.Errorf("after a refusal the key is not free: %d %s", a.StatusCode, a.text)
		}
		if got := h.made.Load(); got != 3 {
			t.Errorf("%d things made, want 3", got)
		}
		h.Clock.Set(h.Clock.Now().Add(25 * time.Hour))
		if err := h.api.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		if a := make1("clerk", `{"name":"a"}`, "key-number-1"); a.text == first.text {
			t.Error("the answer was kept for more than a day")
		}
	})
}

func TestAKeyOfARunningRequestIsAConflict(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var wait sync.WaitGroup
		var first answer
		wait.Go(func() {
			first = h.ask("clerk", "POST", "/api/v1/things", `{"name":"slow"}`, "Idempotency-Key", "key-number-1")
		})
		<-h.inside
		h.ask("clerk", "POST", "/api/v1/things", `{"name":"slow"}`, "Idempotency-Key", "key-number-1").problem(t, 409)
		close(h.pause)
		wait.Wait()
		if first.StatusCode != 201 || h.made.Load() != 1 {
			t.Errorf("the first request: %d %s, %d made", first.StatusCode, first.text, h.made.Load())
		}
	})
}

func TestAKeptAnswerIsNotReadableInTheDatabase(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.ask("clerk", "POST", "/api/v1/things", `{"name":"a"}`, "Idempotency-Key", "key-number-1")
		rows, err := h.Raw.Query(context.Background(), "SELECT body FROM idempotency")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var body []byte
			if err := rows.Scan(&body); err != nil {
				t.Fatal(err)
			}
			if len(body) == 0 || strings.Contains(string(body), "made") {
				t.Errorf("kept as %q", body)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	})
}
