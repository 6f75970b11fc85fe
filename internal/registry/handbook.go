package registry

import (
	"fmt"
	"strings"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// HandbookSection is the name of the section of a pack that describes the household's handbook.
const HandbookSection = "handbook"

// HandbookKind is what a section of the handbook holds.
type HandbookKind string

// The kinds of sections.
const (
	HandbookFacts   HandbookKind = "facts"   // items of the household and its dwelling
	HandbookMembers HandbookKind = "members" // the members, with items of persons as columns
	HandbookEntries HandbookKind = "entries" // income and expenditure of the year
	HandbookLines   HandbookKind = "lines"   // ruled lines to be filled in by hand
	HandbookSigned  HandbookKind = "signed"  // ruled lines and signatures
)

// Handbook is the booklet that a household holds in its hands: what is written about it, who answers for it, what it
// got, and the household's own signature. Its sections are the pack's.
type Handbook struct {
	Title    i18n.Text
	Issuer   i18n.Text
	Masked   bool // names are printed with their first character only
	Sections []HandbookPart
}

// HandbookPart is a section of the handbook.
type HandbookPart struct {
	Kind       HandbookKind
	Title      i18n.Text
	Text       i18n.Text      // above the lines; may be empty
	Items      []*policy.Item // of facts and members
	Columns    []i18n.Text    // heads of ruled lines
	Rows       int            // how many ruled lines
	Signatures []i18n.Text
}

// mostHandbookRows keeps a section of ruled lines on one sheet of paper.
const mostHandbookRows = 16

// HandbookOf is the handbook of a pack. One without the section shows every form section of the household and dwelling,
// the members, and income and expenditure.
func HandbookOf(pack *policy.Pack) Handbook {
	if h, ok := policy.SectionOf[Handbook](pack, HandbookSection); ok {
		return h
	}
	h := Handbook{Title: inMessages("registry.handbook.title"), Issuer: pack.Title, Masked: true}
	for _, form := range pack.Forms {
		if form.Subject == SubjectHousehold || form.Subject == SubjectDwelling {
			h.Sections = append(h.Sections, HandbookPart{Kind: HandbookFacts, Title: form.Label, Items: pack.ItemsOf(form.Subject, form.Code)})
		}
	}
	return Handbook{h.Title, h.Issuer, h.Masked, append(h.Sections, HandbookPart{Kind: HandbookMembers, Title: inMessages("registry.household.members")},
		HandbookPart{Kind: HandbookEntries, Title: inMessages("registry.household.income_panel")})}
}

type handbookSchema struct {
	Title    map[i18n.Lang]string `yaml:"title"`
	Issuer   map[i18n.Lang]string `yaml:"issuer"`
	Source   string               `yaml:"source"`
	Names    string               `yaml:"names"`
	Sections []handbookPartSchema `yaml:"sections"`
	Pos      policy.Pos
}

type handbookPartSchema struct {
	Kind       string                 `yaml:"kind"`
	Title      map[i18n.Lang]string   `yaml:"title"`
	Text       map[i18n.Lang]string   `yaml:"text"`
	Items      []string               `yaml:"items"`
	Columns    []map[i18n.Lang]string `yaml:"columns"`
	Rows       int                    `yaml:"rows"`
	Signatures []map[i18n.Lang]string `yaml:"signatures"`
	Pos        policy.Pos
}

func decodeHandbook(p *policy.Pack, files []policy.SourceFile) (any, error) {
	var h Handbook
	for _, file := range files {
		var found handbookSchema
		if err := policy.Decode(file, &found); err != nil {
			return nil, err
		}
		at := policy.Pos{File: file.Name}
		if found.Names != "full" && found.Names != "masked" {
			return nil, policy.LoadErrors{{Pos: at, Reason: "names is neither full nor masked"}}
		}
		h.Title, h.Issuer, h.Masked = i18n.Text(found.Title), i18n.Text(found.Issuer), found.Names == "masked"
		if err := complete(p, h.Title, h.Issuer); err != nil {
			return nil, policy.LoadErrors{{Pos: at, Reason: err.Error()}}
		}
		for _, schema := range found.Sections {
			part, err := schema.part(p)
			if err != nil {
				return nil, policy.LoadErrors{{Pos: schema.Pos, Reason: err.Error()}}
			}
			h.Sections = append(h.Sections, part)
		}
	}
	return h, nil
}

// complete says whether texts are there in every language of the pack.
func complete(p *policy.Pack, texts ...i18n.Text) error {
	for _, text := range texts {
		for _, lang := range p.Languages {
			if text[lang] == "" {
				return fmt.Errorf("a text has no words in %s", lang)
			}
		}
	}
	return nil
}

func (s handbookPartSchema) part(p *policy.Pack) (HandbookPart, error) {
	part := HandbookPart{Kind: HandbookKind(s.Kind), Title: i18n.Text(s.Title), Text: i18n.Text(s.Text), Rows: s.Rows}
	texts := []i18n.Text{part.Title}
	if len(s.Text) > 0 {
		texts = append(texts, part.Text)
	}
	for _, column := range s.Columns {
		part.Columns = append(part.Columns, i18n.Text(column))
	}
	for _, signature := range s.Signatures {
		part.Signatures = append(part.Signatures, i18n.Text(signature))
	}
	if err := complete(p, append(append(texts, part.Columns...), part.Signatures...)...); err != nil {
		return part, err
	}
	switch part.Kind {
	case HandbookFacts, HandbookMembers:
		return part, part.addItems(p, s.Items)
	case HandbookEntries:
		return part, nil
	case HandbookLines, HandbookSigned:
		if len(part.Columns) == 0 || part.Rows < 1 || part.Rows > mostHandbookRows {
			return part, fmt.Errorf("ruled lines need columns and 1 to %d rows", mostHandbookRows)
		}
		return part, nil
	}
	return part, fmt.Errorf("there is no kind of section %q", s.Kind)
}

// addItems finds the items that a section names: "household.attribute", of members "education".
func (part *HandbookPart) addItems(p *policy.Pack, names []string) error {
	for _, name := range names {
		subject, code := SubjectPerson, name
		if part.Kind == HandbookFacts {
			var dotted bool
			if subject, code, dotted = strings.Cut(name, "."); !dotted {
				return fmt.Errorf("item %q does not say whose it is", name)
			}
		}
		item, ok := p.Item(subject, code)
		if !ok || (part.Kind == HandbookFacts && subject != SubjectHousehold && subject != SubjectDwelling) {
			return fmt.Errorf("there is no item %q", name)
		}
		part.Items = append(part.Items, item)
	}
	return nil
}
