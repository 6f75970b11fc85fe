package policy

import "slices"

// Reference is a code of one section that another section names, such as the procedure that an act on a lead opens.
type Reference struct {
	Section, Code string
	By            string // what names it, for the message: `act "case" opens`
	Pos           Pos    // where
}

// Named is a section that has codes which other sections name.
type Named interface {
	// Has says whether the section has something of a code.
	Has(code string) bool
}

// Refer notes what a section names of another one; no code names nothing. The loader looks it up once all sections are
// read, and where it is missing refuses the pack with the place.
func (p *Pack) Refer(ref Reference) {
	if ref.Code != "" {
		p.named = append(p.named, ref)
	}
}

// resolve looks up what sections name of each other. Of a section that no room of this loader reads nothing is known.
func (b *builder) resolve() {
	for _, ref := range b.pack.named {
		if slices.Contains(b.pack.Unread, ref.Section) {
			continue
		}
		if found, ok := b.pack.Sections[ref.Section].(Named); !ok || !found.Has(ref.Code) {
			b.fail(ref.Pos, "%s %q, which the section %s does not have", ref.By, ref.Code, ref.Section)
		}
	}
}
