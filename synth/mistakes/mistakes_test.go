package mistakes

import (
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"rightkey/synth"
)

func TestEverySpecificationIsReadAndTheThreeOfTheVisitsAreAsWrongAsEachOther(t *testing.T) {
	names := Names()
	for _, name := range []string{AtRandom, NearLine, Mixed, Everything, Demonstration} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is not among %v", name, names)
		}
	}
	for _, name := range names {
		text, err := Read(name)
		if err != nil {
			t.Fatal(err)
		}
		var spec synth.Errors
		if err := yaml.Unmarshal(text, &spec); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if fixed := name == AtRandom || name == NearLine || name == Mixed; fixed && (spec.Wrong != 0.3 || spec.Missed != 0.3) {
			t.Errorf("%s: %g wrong, %g missed, fixed are .3", name, spec.Wrong, spec.Missed)
		}
	}
	if _, err := Read("no-such"); err == nil {
		t.Error("a specification that does not exist is read")
	}
}
