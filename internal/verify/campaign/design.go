package campaign

import (
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
)

// SectionName is the section of a policy pack that this package reads.
const SectionName = "campaigns"

// Kind is what a campaign is for.
type Kind string

// The kinds.
const (
	LookBack Kind = "look_back" // is each household where it belongs?
	Revisit  Kind = "revisit"   // evaluators judge anew, without the verdict before
	Audit    Kind = "audit"     // after the corrections: is the register good enough?
)

// Kinds are all kinds.
var Kinds = []Kind{LookBack, Revisit, Audit}

// Blind says whether those who go must not know what was found before.
func (k Kind) Blind() bool { return k != LookBack }

// Design is what a pack decides about a campaign.
type Design struct {
	Code        string
	Kind        Kind
	Title       i18n.Text
	Days        int            // within how many the visits are made
	Items       []*policy.Item // what is asked, of the household's items
	Lot         float64        // share of planned visits that is drawn by lot
	Double      float64        // share of households that a second team visits too
	Appeal      int            // days in which a household may object to what was found
	Remove, Add string         // procedures that a removal and an admission go through; empty: none
	Landing     int            // days for which a removed household keeps what it gets
	Limit       float64        // of a closing audit: the share of errors to stay under
	Source      string
	Unconfirmed bool
}

// Section is what a pack decides about campaigns.
type Section struct{ Designs []*Design }

// SectionOf is what a pack decides; empty where it decides nothing.
func SectionOf(p *policy.Pack) *Section {
	if section, ok := policy.SectionOf[*Section](p, SectionName); ok {
		return section
	}
	return &Section{}
}

// Design finds a design.
func (s *Section) Design(code string) (*Design, bool) {
	at := slices.IndexFunc(s.Designs, func(d *Design) bool { return d.Code == code })
	if at < 0 {
		return nil, false
	}
	return s.Designs[at], true
}

// Register lets packs that this loader loads have the section.
func Register(loader *policy.Loader) { loader.Section(SectionName, decode) }

type designSchema struct {
	Code        string               `yaml:"code"`
	Kind        string               `yaml:"kind"`
	Title       map[i18n.Lang]string `yaml:"title"`
	Days        int                  `yaml:"days"`
	Items       []string             `yaml:"items"`
	Lot         policy.Number        `yaml:"lot"`
	Double      policy.Number        `yaml:"double"`
	Appeal      int                  `yaml:"appeal"`
	Remove      string               `yaml:"remove"`
	Add         string               `yaml:"add"`
	Landing     int                  `yaml:"landing"`
	Limit       policy.Number        `yaml:"limit"`
	Source      string               `yaml:"source"`
	Unconfirmed bool                 `yaml:"unconfirmed"`
	Pos         policy.Pos
}

func decode(p *policy.Pack, files []policy.SourceFile) (any, error) {
	section := &Section{}
	var wrong policy.LoadErrors
	for _, file := range files {
		var found struct {
			Designs []designSchema `yaml:"designs"`
			Pos     policy.Pos
		}
		if err := policy.Decode(file, &found); err != nil {
			return nil, err
		}
		for _, one := range found.Designs {
			d, err := one.design(p)
			if _, twice := section.Design(one.Code); twice {
				err = fmt.Errorf("it stands twice")
			}
			if err != nil {
				wrong = append(wrong, policy.LoadError{Pos: policy.Pos{File: file.Name, Line: one.Pos.Line}, Reason: fmt.Sprintf("design %q: %s", one.Code, err)})
				continue
			}
			section.Designs = append(section.Designs, d)
		}
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return section, nil
}

func (s designSchema) design(p *policy.Pack) (*Design, error) {
	d := &Design{Code: s.Code, Kind: Kind(s.Kind), Title: s.Title, Days: s.Days, Appeal: s.Appeal, Remove: s.Remove, Add: s.Add, Landing: s.Landing, Source: s.Source, Unconfirmed: s.Unconfirmed}
	if s.Code == "" || !slices.Contains(Kinds, d.Kind) {
		return nil, fmt.Errorf("it needs a code, and a kind out of %v", Kinds)
	}
	for _, lang := range p.Languages {
		if strings.TrimSpace(s.Title[lang]) == "" {
			return nil, fmt.Errorf("it has no title in %q", lang)
		}
	}
	if s.Days <= 0 || s.Appeal < 0 || s.Landing < 0 {
		return nil, fmt.Errorf("days must be more than none; appeal and landing cannot be negative")
	}
	for _, share := range []struct {
		name string
		from policy.Number
		to   *float64
	}{{"lot", s.Lot, &d.Lot}, {"double", s.Double, &d.Double}, {"limit", s.Limit, &d.Limit}} {
		if *share.to, _ = share.from.Float64(); *share.to < 0 || *share.to > 1 {
			return nil, fmt.Errorf("%s must be a share from 0 to 1", share.name)
		}
	}
	for _, code := range s.Items {
		item, ok := p.Item(registry.SubjectHousehold, code)
		if !ok || item.Core || item.Class > "P2" {
			return nil, fmt.Errorf("%q is no item of the household that everybody who visits may ask for", code)
		}
		d.Items = append(d.Items, item)
	}
	for by, code := range map[string]string{"removes by": s.Remove, "adds by": s.Add} {
		p.Refer(policy.Reference{Section: procedure.SectionName, Code: code, By: fmt.Sprintf("design %q %s", s.Code, by), Pos: s.Pos})
	}
	if err := p.Decide(policy.ValueRef{Kind: "campaign", Code: s.Code, Source: s.Source, Unconfirmed: s.Unconfirmed, Pos: s.Pos}); err != nil {
		return nil, fmt.Errorf("it has neither a source nor the mark unconfirmed: true")
	}
	return d, nil
}
