// Package mistakes holds specifications of a register's mistakes that come with the program: how many there are, by
// which mechanisms and how strong each is. The first three are those by which the planning of visits is measured; they
// are fixed, and whoever changes one measures something else.
package mistakes

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed *.yaml
var files embed.FS

// The specifications.
const (
	AtRandom      = "at-random"
	NearLine      = "near-line"
	Mixed         = "mixed" // elite capture, hidden possessions and omission, with mistakes at random and near the line
	Everything    = "everything"
	Demonstration = "demonstration"
)

// Read returns a specification by its name, as YAML of synth.Errors.
func Read(name string) ([]byte, error) {
	text, err := files.ReadFile(name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("no specification of mistakes is called %q; there are %s", name, strings.Join(Names(), ", "))
	}
	return text, nil
}

// Names are the names of the specifications.
func Names() []string {
	found, _ := fs.Glob(files, "*.yaml") // the pattern is right
	for i, file := range found {
		found[i] = strings.TrimSuffix(file, ".yaml")
	}
	return found
}
