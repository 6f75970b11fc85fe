package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"rightkey/internal/identify"
	"rightkey/internal/policy"
	"rightkey/policies"
)

// policySources is "rightkey policy sources".
type policySources struct {
	Dirs []string `arg:"" optional:"" name:"dir" help:"Folder of a pack, or the name of one that comes with the program; by default all of these."`
}

// Help is shown by --help.
func (policySources) Help() string {
	return `Prints a Markdown table of packs: how many values each decides, how many of them a source confirms, and by kind
how many are open. A value that is marked unconfirmed is open whether it names a source or not.

Example:
  rightkey policy sources > docs/PACKS.md`
}

// Run prints the tables.
func (c *policySources) Run(k *kong.Kong) error {
	packs, err := c.packs()
	if err != nil {
		return err
	}
	fmt.Fprintf(k.Stdout, "# Policy packs and how much of them is confirmed\n\n"+
		"Made by `rightkey policy sources`. A value is confirmed where the pack names its source and does not mark it\n"+
		"`unconfirmed: true`. What is open is an editable default that an official has to look at; the page of a pack lists it.\n\n"+
		"| pack | version | languages | rules | questions and marks | decided values | confirmed | share |\n|---|---|---|---|---|---|---|---|\n")
	for _, p := range packs {
		confirmed, section := len(p.Refs())-len(p.Unconfirmed()), identify.SectionOf(p)
		questions := len(section.Marks)
		for _, card := range section.Cards {
			questions += len(card.Questions)
		}
		fmt.Fprintf(k.Stdout, "| %s | %s | %s | %d | %d | %d | %d | %.0f %% |\n", p.ID, p.Version, languages(p), len(section.Rules), questions,
			len(p.Refs()), confirmed, 100*float64(confirmed)/float64(len(p.Refs())))
	}
	fmt.Fprint(k.Stdout, "\n## What is open, by kind\n\n| pack | kind | values | open |\n|---|---|---|---|\n")
	for _, p := range packs {
		for _, kind := range kinds(p) {
			all, open := 0, 0
			for _, ref := range p.Refs() {
				if ref.Kind == kind {
					all++
					if ref.Unconfirmed {
						open++
					}
				}
			}
			fmt.Fprintf(k.Stdout, "| %s | %s | %d | %d |\n", p.ID, kind, all, open)
		}
	}
	return nil
}

func (c *policySources) packs() ([]*policy.Pack, error) {
	if len(c.Dirs) == 0 {
		return packLoader().LoadAll(policies.Files)
	}
	packs := make([]*policy.Pack, len(c.Dirs))
	for i, dir := range c.Dirs {
		var err error
		if packs[i], err = loadPack(dir); err != nil {
			return nil, err
		}
	}
	return packs, nil
}

func languages(p *policy.Pack) string {
	codes := make([]string, len(p.Languages))
	for i, language := range p.Languages {
		codes[i] = string(language)
	}
	return strings.Join(codes, ", ")
}

// kinds lists the kinds of a pack's values, sorted.
func kinds(p *policy.Pack) []string {
	var found []string
	for _, ref := range p.Refs() {
		if !slices.Contains(found, ref.Kind) {
			found = append(found, ref.Kind)
		}
	}
	slices.Sort(found)
	return found
}
