package policy

import (
	"fmt"

	"rightkey/internal/clock"
	"rightkey/internal/i18n"
)

// Pack is one loaded policy pack. It is immutable after loading and safe for concurrent use.
type Pack struct {
	ID        string      // folder name and identity, "[a-z0-9-]+"
	Version   string      // the pack author's version, free text
	Title     i18n.Text   // in every language of the pack
	Languages []i18n.Lang // the first is the pack's own; every label exists in all of them
	Currency  string      // ISO 4217 code of every money item and line
	Digits    int         // minor digits of the currency: 2 where 100 fen make a yuan
	HomeLevel string      // code of the level whose areas are storage homes, e.g. "county"
	Hash      string      // sha256 of the canonical files, lower-case hex; a decision stores it

	Levels   Levels               // from the nation's first division down to the village
	Codes    map[string]*CodeList // code lists by code
	Forms    []FormSection        // form sections, in the order of the form
	Items    []*Item              // item dictionary, in the order of the form
	Lines    []Line               // poverty lines, in the order of the files
	Values   []DatedValue         // other dated figures
	Formulas map[string]*Formula  // formulas by code
	Roles    []Role               // what the program's roles are called
	Terms    map[string]i18n.Text // what the pack's people call things
	Sections map[string]any       // typed sections of the rooms, see Loader.Section and SectionOf
	Unread   []string             // declared sections that no room of this loader reads

	items map[string]*Item // by subject + "." + code
	refs  []ValueRef
	named []Reference // what sections name of each other
}

// FormSection is a part of a form about one subject. A subject's facts are kept as one JSON document per section.
type FormSection struct {
	Code    string // "living"
	Subject string // household, person, dwelling, income, village …
	Label   i18n.Text
	Yearly  bool // a new answer for each year (stock on the reference date), else the current state
	Pos     Pos
}

// CodeList is a list of answers to choose from.
type CodeList struct {
	Code        string
	Label       i18n.Text
	Options     []Option // in the order of the form
	Source      string
	Unconfirmed bool
	Pos         Pos

	byCode map[string]int
	byText map[string]int // lower-case code or label in any language; -1 where two options share it
}

// Option is one answer of a code list.
type Option struct {
	Code  string // stable; stored
	Label i18n.Text
	Color string // of a status: red, green, yellow, orange, blue, grey; else empty
	Group string // what the program may ask of an option without knowing its code, e.g. a status's group: see StatusGroups; of a class of entries the class it is part of
	Pos   Pos
}

// StatusGroups are the groups an option of the household's status list may name: what rooms that know no country ask.
// "general" is not on the register, "candidate" in a procedure, "poor" counts as registered poor, "exited" was poor,
// "monitored" may fall, "closed" has left the register.
var StatusGroups = []string{"general", "candidate", "poor", "exited", "monitored", "closed"}

// DatedValue is a figure of the pack that is valid in an area for a time, e.g. the tolerance of a quota.
type DatedValue struct {
	Code        string
	Label       i18n.Text
	Area        AreaScope
	From, To    clock.Day // first and last day; To is Forever where the file gives none
	Text        string    // as written, without quotes
	Number      float64   // of Text where it is a decimal
	IsNumber    bool
	Unit        string
	Source      string
	Unconfirmed bool
	Pos         Pos
}

// Role is what a country calls one of the program's roles (package access says what it may do and see) and the level
// of the administration it works at.
type Role struct {
	Code   string // a role of package access
	Label  i18n.Text
	Level  string // code of the level; empty: any
	Source string
	Pos    Pos
}

// ValueRef points at one decided value of the pack: what it is, where it comes from, whether anybody confirmed it.
type ValueRef struct {
	Kind        string // line, value, codes, item, formula, or what a room's section decides: rule, mark, question …
	Code        string
	Source      string
	Unconfirmed bool
	Pos         Pos
}

// Pos is the place in the pack's files from which a thing was read.
type Pos struct {
	File string // relative to the pack's folder
	Line int
}

// Item returns an item of the dictionary.
func (p *Pack) Item(subject, code string) (*Item, bool) {
	item, ok := p.items[subject+"."+code]
	return item, ok
}

// ItemsOf returns the items of a subject in the order of the form; with sections, only those of these sections.
func (p *Pack) ItemsOf(subject string, sections ...string) []*Item {
	var found []*Item
	for _, item := range p.Items {
		if item.Subject == subject && inSections(item, sections) {
			found = append(found, item)
		}
	}
	return found
}

func inSections(item *Item, sections []string) bool {
	for _, section := range sections {
		if item.Section == section {
			return true
		}
	}
	return len(sections) == 0
}

// Refs returns every decided value of the pack in the order of the files.
func (p *Pack) Refs() []ValueRef { return p.refs }

// Decide notes a value that a section of a room decides. It is an error, with the value's place, where the value has
// neither a source nor the mark unconfirmed.
func (p *Pack) Decide(ref ValueRef) error {
	if ref.Source == "" && !ref.Unconfirmed {
		return LoadErrors{{ref.Pos, fmt.Sprintf("%s %q has neither a source nor the mark unconfirmed: true", ref.Kind, ref.Code)}}
	}
	p.refs = append(p.refs, ref)
	return nil
}

// Unconfirmed returns the decided values that no source confirms: editable defaults that an official has to look at.
func (p *Pack) Unconfirmed() []ValueRef {
	var open []ValueRef
	for _, ref := range p.refs {
		if ref.Unconfirmed {
			open = append(open, ref)
		}
	}
	return open
}

// Term returns the pack's word for a code in a language, the code itself where the pack has none.
func (p *Pack) Term(lang i18n.Lang, code string) string {
	if text := p.Terms[code].In(lang); text != "" {
		return text
	}
	return code
}

// SectionOf returns the typed section a room registered under name; false where the pack has none.
func SectionOf[T any](p *Pack, name string) (T, bool) {
	section, ok := p.Sections[name].(T)
	return section, ok
}

// Option returns the option with a code.
func (l *CodeList) Option(code string) (Option, bool) {
	i, ok := l.byCode[code]
	if !ok {
		return Option{}, false
	}
	return l.Options[i], true
}
