package policy_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"testing"
	"testing/fstest"

	"rightkey/internal/policy"
)

func FuzzLoad(f *testing.F) {
	for _, name := range []string{"pack.yaml", "lines.yaml"} {
		data, err := os.ReadFile("testdata/ostania/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("items: [{<<: {code: x}}]"))
	f.Add([]byte("formulas: {f: {cel: 'f', inputs: [f]}}"))
	base := ostanianFiles(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, name := range []string{"pack.yaml", "lines.yaml"} {
			files := maps.Clone(base)
			files[name] = &fstest.MapFile{Data: data}
			p, err := policy.NewLoader().Load(files, ".")
			var found policy.LoadErrors
			if err != nil && (!errors.As(err, &found) || len(found) == 0) {
				t.Fatalf("the error %v does not say where it is", err)
			}
			if err == nil && p.Levels.Digits() > 15 {
				t.Fatalf("a pack with %d digits in an area key was accepted", p.Levels.Digits())
			}
		}
	})
}

func FuzzValidate(f *testing.F) {
	p := ostania(f)
	f.Add([]byte(`{"drift_nets": 3, "boats": ["01"], "lamp": true}`))
	f.Add([]byte(`{"catch_value": 1e300, "boats": [[]], "motto": 7, "moored_on": null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var facts policy.Facts
		if json.Unmarshal(data, &facts) != nil {
			return
		}
		for _, problem := range p.Validate("household", facts) {
			if problem.Reason == nil || problem.Error() == "" {
				t.Fatalf("a problem does not say what is wrong: %+v", problem)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	p := ostania(f)
	f.Add("12")
	f.Add("01;03")
	f.Add("2004-02-29")
	f.Fuzz(func(t *testing.T, text string) {
		for _, item := range append(p.ItemsOf("household"), p.ItemsOf("person")...) {
			value, err := item.Parse(text)
			if err == nil && value != nil {
				if again, err := item.Parse(item.Format("en", value)); err != nil {
					t.Fatalf("%s: %q became %v and is refused when it is read again: %v (%v)", item.Code, text, value, err, again)
				}
			}
		}
	})
}
