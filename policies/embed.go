// Package policies holds the policy packs that come with the program, one folder each: everything a country decides,
// as data. What a pack may hold, and how strictly it is read, is described in package policy.
package policies

import (
	"embed"
	"strings"
)

// Files are the packs: <pack>/*.yaml, and <pack>/examples/ with mapping files that show how data of that country are
// read under the pack.
//
//go:embed */*.yaml */examples/*
var Files embed.FS

//go:embed demonstration
var demonstration string

// Demonstration is the pack whose synthetic county is made where none is named.
func Demonstration() string { return strings.TrimSpace(demonstration) }
