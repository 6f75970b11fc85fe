package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/policy"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/internal/registry/quality"
	"rightkey/internal/verify/campaign"
	"rightkey/internal/verify/crosscheck"
	"rightkey/internal/verify/duplicate"
	"rightkey/policies"
)

// policyCommand works with policy packs.
type policyCommand struct {
	Check   policyCheck   `cmd:"" help:"Check the files of policy packs and count what they hold."`
	Diagram policyDiagram `cmd:"" help:"Draw a procedure of a policy pack as SVG."`
	Sources policySources `cmd:"" help:"A table of packs with the share of their values that a source confirms."`
}

// policyCheck is "rightkey policy check".
type policyCheck struct {
	Dirs        []string `arg:"" name:"dir" help:"Folder of a pack, or the name of one that comes with the program."`
	Unconfirmed bool     `help:"List the values that no source confirms."`
}

// Help is shown by --help.
func (policyCheck) Help() string {
	return `Prints every error with file and line and exits with 1, or counts items, code lists, lines, other values and
formulas, and how many of them name a source and how many are unconfirmed.

Example:
  rightkey policy check policies/my-country --unconfirmed`
}

// policyDiagram is "rightkey policy diagram".
type policyDiagram struct {
	Dir       string `arg:"" help:"Folder of a pack, or the name of one that comes with the program."`
	Procedure string `arg:"" optional:"" help:"Code of the procedure; by default its first."`
	Lang      string `default:"en" help:"Language of the labels."`
	Words     bool   `help:"Print the steps in words in place of the drawing."`
}

// Help is shown by --help.
func (policyDiagram) Help() string {
	return `States are boxes in columns, bold where no case is granted without having been there; arrows are steps, dashed where they
lead back; the days of clocks and notices stand in the boxes.

Example:
  rightkey policy diagram policies/my-country exit > exit.svg`
}

// Run draws the procedure.
func (c *policyDiagram) Run(k *kong.Kong) error {
	p, err := loadPack(c.Dir)
	if err != nil {
		return err
	}
	procedures := procedure.Of(p)
	if len(procedures.List) == 0 {
		return fmt.Errorf("pack %s has no procedures", p.ID)
	}
	d := procedures.List[0]
	if c.Procedure != "" {
		var ok bool
		if d, ok = procedures.Find(c.Procedure); !ok {
			return fmt.Errorf("pack %s has no procedure %q", p.ID, c.Procedure)
		}
	}
	if !c.Words {
		_, err := io.WriteString(k.Stdout, d.SVG(i18n.Lang(c.Lang)))
		return err
	}
	for _, s := range d.Steps(i18n.Lang(c.Lang)) {
		fmt.Fprintf(k.Stdout, "%s: %s → %s  (%s)\n", s.From, s.Title, s.To, strings.Join(append(s.Roles, string(s.On)), " "))
	}
	return nil
}

// packLoader is a loader that knows the sections of all rooms.
func packLoader() *policy.Loader {
	loader := policy.NewLoader()
	registry.RegisterSections(loader)
	identify.Register(loader)
	quality.Register(loader)
	duplicate.Register(loader)
	crosscheck.Register(loader)
	campaign.Register(loader)
	procedure.Register(loader, identify.CaseWords)
	return loader
}

// loadPack loads a pack from a folder, or one that comes with the program by its name.
func loadPack(name string) (*policy.Pack, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return packLoader().Load(os.DirFS(name), ".")
	}
	if _, err := fs.Stat(policies.Files, name+"/"+policy.HeadFile); err == nil {
		return packLoader().Load(policies.Files, name)
	}
	return nil, fmt.Errorf("policy pack %q is neither a folder nor a pack that comes with the program", name)
}

// Run checks each folder and prints what it holds or what is wrong.
func (c *policyCheck) Run(k *kong.Kong) error {
	wrong := 0
	for _, dir := range c.Dirs {
		p, err := loadPack(dir)
		var found policy.LoadErrors
		switch {
		case errors.As(err, &found):
			wrong += len(found)
			for _, one := range found {
				fmt.Fprintf(k.Stdout, "%s/%s\n", strings.TrimSuffix(dir, "/"), one)
			}
		case err != nil:
			return err
		default:
			printPack(k.Stdout, p)
			if c.Unconfirmed {
				printUnconfirmed(k.Stdout, p)
			}
		}
	}
	if wrong > 0 {
		return fmt.Errorf("policy check: %d errors", wrong)
	}
	return nil
}

func printPack(w io.Writer, p *policy.Pack) {
	options, sourced := 0, 0
	for _, list := range p.Codes {
		options += len(list.Options)
	}
	for _, ref := range p.Refs() {
		if ref.Source != "" && !ref.Unconfirmed {
			sourced++
		}
	}
	fmt.Fprintf(w, "%s %s  sha256 %s\n", p.ID, p.Version, p.Hash)
	fmt.Fprintf(w, "  %d levels, %d items, %d code lists with %d options, %d lines, %d other values, %d formulas, %d roles, %d terms\n",
		len(p.Levels), len(p.Items), len(p.Codes), options, len(p.Lines), len(p.Values), len(p.Formulas), len(p.Roles), len(p.Terms))
	fmt.Fprintf(w, "  %d decided values: %d with a source, %d unconfirmed\n", len(p.Refs()), sourced, len(p.Unconfirmed()))
	if len(p.Unread) > 0 {
		fmt.Fprintf(w, "  sections that this program does not read: %s\n", strings.Join(p.Unread, ", "))
	}
}

func printUnconfirmed(w io.Writer, p *policy.Pack) {
	for _, ref := range p.Unconfirmed() {
		source := ref.Source
		if source == "" {
			source = "no source"
		}
		fmt.Fprintf(w, "  unconfirmed %s:%d %s %s (%s)\n", ref.Pos.File, ref.Pos.Line, ref.Kind, ref.Code, source)
	}
}
