package policy_test

import (
	"encoding/json"
	"testing"
	"time"

	"rightkey/internal/policy"
)

// BenchmarkValidate checks the facts of one household and says how many times longer that takes than reading them
// from JSON, which every reader of them does.
func BenchmarkValidate(b *testing.B) {
	p := ostania(b)
	text := []byte(`{"area": "07002001", "drift_nets": 3, "boats": ["01", "03"], "catch_value": 120, "lamp": false, "tide_share": 0.25}`)
	var facts policy.Facts
	began := time.Now()
	const rounds = 20_000
	for range rounds {
		if err := json.Unmarshal(text, &facts); err != nil {
			b.Fatal(err)
		}
	}
	reading := time.Since(began) / rounds
	began = time.Now()
	for b.Loop() {
		if problems := p.Validate("household", facts); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
	b.ReportMetric(float64(time.Since(began))/float64(b.N)/float64(reading), "times-reading")
}
