package reference_test

import (
	"testing"

	"rightkey/internal/table"
	"rightkey/internal/testdata"
	"rightkey/poverty/reference"
)

// open reads a table of the test data, and skips the test where it is absent.
func open(t testing.TB) reference.Tables {
	return func(pattern string) (reference.Table, error) {
		reader, err := table.Open(testdata.Path(t, pattern))
		if err != nil {
			return nil, err
		}
		defer reader.Close()
		return table.Load(reader)
	}
}

func TestOurResultsAreThoseOfTheReferenceSoftware(t *testing.T) {
	for _, suite := range reference.Suites {
		t.Run(suite.Name, func(t *testing.T) {
			checks, err := suite.Run(open(t))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range checks {
				if !c.Pass() {
					t.Error(c)
				}
			}
		})
	}
}
