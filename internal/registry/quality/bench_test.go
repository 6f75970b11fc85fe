package quality_test

import (
	"fmt"
	"os"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/registry/quality"
	"rightkey/internal/store/storetest"
	"rightkey/test/register"
	"rightkey/test/stand"
)

// BenchmarkARunLooksAtHouseholds measures households a second of a whole run on SQLite, under the made-up pack.
func BenchmarkARunLooksAtHouseholds(b *testing.B) {
	const households = 2000
	r := register.Open(b, stand.New(b, storetest.SQLite(b), register.Widths), os.DirFS("../../policy/testdata/ostania"), ".")
	r.LoadAreas(b, register.Areas)
	var list []register.Hearth
	for i := range households {
		list = append(list, register.Hearth{Key: fmt.Sprint("h", i), Area: "11001001", Catch: fmt.Sprint(i), Souls: 3})
	}
	r.Fill(b, list...)
	b.ResetTimer()
	for range b.N {
		j, err := r.Quality.Start(b.Context(), r.Scope(b, register.County, access.AssessRun), quality.RunArgs{})
		if err != nil {
			b.Fatal(err)
		}
		r.Wait(b, register.County, j.ID)
	}
	b.ReportMetric(float64(households*b.N)/b.Elapsed().Seconds(), "households/s")
}
