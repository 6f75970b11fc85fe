package identify

import (
	"fmt"
	"strings"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// MarkKind is what a mark does to a household.
type MarkKind string

// The kinds of marks.
const (
	Exclusion    MarkKind = "exclusion"    // not poor, whatever welfare or points say
	Inclusion    MarkKind = "inclusion"    // poor, whatever welfare or points say, unless it is excluded
	Circumstance MarkKind = "circumstance" // moves the household to a poorer or better category
	Prerequisite MarkKind = "prerequisite" // as long as it is so, or nobody knows, nothing is weighed or scored: nobody can say
)

// Grade is how firm a mark is.
type Grade string

// The grades.
const (
	Hard   Grade = "hard"   // nothing waives it
	Reason Grade = "reason" // a recorded reason waives it
	Higher Grade = "higher" // a recorded reason waives it that a second person has agreed to: protected items alone
	Review Grade = "review" // it changes no verdict; who decides sees it
)

// Mark is something about a household by which it is excluded, included or moved.
type Mark struct {
	Code     string
	Kind     MarkKind
	Grade    Grade
	Label    i18n.Text
	Evidence i18n.Text // what shows it; may be empty
	When     *policy.Condition
	// AbsentIsNone: where the condition depends on something unknown, the mark is taken not to be there. So it is for
	// what only a comparison with another office's list brings up.
	AbsentIsNone bool
	WaivedIf     *policy.Condition // nil: nothing waives it
	Waiver       i18n.Text         // what waives it, in words
	AgreedIf     *policy.Condition // of a circumstance that a meeting has to agree to; nil: it counts by itself
	Shift        int               // of a circumstance: categories to the poorer side; negative: to the better
	Category     string            // of an inclusion; "" for the poorest
}

// Found is a mark that a household has, as it is kept.
type Found struct {
	Mark   string `json:"mark"`
	Waived bool   `json:"waived,omitempty"`
	Open   bool   `json:"open,omitempty"` // a meeting has still to agree
}

type markSchema struct {
	Code        string               `yaml:"code"`
	Kind        string               `yaml:"kind"`
	Grade       string               `yaml:"grade"`
	Label       map[i18n.Lang]string `yaml:"label"`
	Evidence    map[i18n.Lang]string `yaml:"evidence"`
	When        string               `yaml:"when"`
	Absent      string               `yaml:"absent"` // none, unknown
	WaivedIf    string               `yaml:"waived_if"`
	Waiver      map[i18n.Lang]string `yaml:"waiver"`
	AgreedIf    string               `yaml:"agreed_if"`
	Shift       int                  `yaml:"shift"`
	Category    string               `yaml:"category"`
	Source      string               `yaml:"source"`
	Unconfirmed bool                 `yaml:"unconfirmed"`
	Pos         policy.Pos
}

func (r *reading) mark(s markSchema) {
	what := fmt.Sprintf("mark %q", s.Code)
	m := &Mark{Code: s.Code, Kind: MarkKind(s.Kind), Grade: Grade(s.Grade), Label: r.text(s.Pos, what, s.Label), AbsentIsNone: s.Absent == "none", Shift: s.Shift, Category: s.Category}
	m.When, m.WaivedIf, m.AgreedIf = r.condition(s.Pos, what, s.When), r.condition(s.Pos, what, s.WaivedIf), r.condition(s.Pos, what, s.AgreedIf)
	if s.Evidence != nil {
		m.Evidence = r.text(s.Pos, what, s.Evidence)
	}
	if s.WaivedIf != "" {
		m.Waiver = r.text(s.Pos, what, s.Waiver)
	}
	if s.Absent != "none" && s.Absent != "unknown" {
		r.fail(s.Pos, "%s: absent %q is neither none nor unknown", what, s.Absent)
	}
	if _, twice := r.section.Mark(s.Code); twice || s.Code == "" || s.When == "" {
		r.fail(s.Pos, "%s has no code or condition, or stands twice", what)
	}
	r.decided("mark", s.Code, s.Source, s.Unconfirmed, s.Pos)
	if err := r.sound(m); err != nil {
		r.fail(s.Pos, "%s: %s", what, err)
	}
	r.section.Marks = append(r.section.Marks, m)
}

// sound checks that a mark's parts fit its kind and grade.
func (r *reading) sound(m *Mark) error {
	switch m.Kind {
	case Exclusion, Inclusion:
		if m.Shift != 0 || m.AgreedIf != nil {
			return fmt.Errorf("only a circumstance moves by categories and is agreed to by a meeting")
		}
	case Prerequisite:
		if m.Grade != Hard || m.Shift != 0 || m.AgreedIf != nil {
			return fmt.Errorf("a prerequisite is of the grade hard and does nothing else")
		}
	case Circumstance:
		if m.Shift == 0 || len(r.section.Categories) == 0 {
			return fmt.Errorf("a circumstance moves a household among the pack's categories: shift")
		}
	default:
		return fmt.Errorf("kind %q is none of exclusion, inclusion, circumstance, prerequisite", m.Kind)
	}
	if m.Category != "" {
		if category, ok := r.section.Category(m.Category); !ok || m.Kind != Inclusion || category.Outcome != Poor {
			return fmt.Errorf("category %q: an inclusion's is one that is poor", m.Category)
		}
	}
	return r.waivable(m)
}

// waivable checks that a mark can be waived as its grade says.
func (r *reading) waivable(m *Mark) error {
	switch m.Grade {
	case Hard, Review:
		if m.WaivedIf != nil {
			return fmt.Errorf("a mark of the grade %s is not waived", m.Grade)
		}
	case Reason, Higher:
		if m.WaivedIf == nil {
			return fmt.Errorf("a mark of the grade %s needs waived_if", m.Grade)
		}
	default:
		return fmt.Errorf("grade %q is none of hard, reason, higher, review", m.Grade)
	}
	if m.Grade != Higher {
		return nil
	}
	for _, field := range m.WaivedIf.Fields {
		subject, code, _ := strings.Cut(field, ".")
		if item, ok := r.pack.Item(subject, code); ok && !item.Protected {
			return fmt.Errorf("the item %s that waives it needs no second person: mark it protected", field)
		}
	}
	return nil
}

// finding is what a mark says of a household.
type finding struct {
	mark    *Mark
	found   Found
	unknown bool     // it depends on something unknown
	missing []string // which then has to be asked
}

// find looks whether a household has a mark; false where it has not.
func (m *Mark) find(inputs map[string]any) (finding, bool, error) {
	f := finding{mark: m, found: Found{Mark: m.Code}}
	holds, known, err := m.When.Holds(inputs)
	switch {
	case err != nil:
		return f, false, err
	case !known && m.AbsentIsNone:
		return f, false, nil
	case !known:
		f.unknown, f.missing = true, m.When.Missing(inputs)
		return f, true, nil
	case !holds:
		return f, false, nil
	}
	if f.found.Waived, err = holdsFor(m.WaivedIf, inputs); err != nil {
		return f, false, err
	}
	agreed, err := holdsFor(m.AgreedIf, inputs)
	f.found.Open = m.AgreedIf != nil && !agreed
	return f, true, err
}

// holdsFor says whether a condition holds for sure; none does not.
func holdsFor(c *policy.Condition, inputs map[string]any) (bool, error) {
	if c == nil {
		return false, nil
	}
	holds, known, err := c.Holds(inputs)
	return holds && known, err
}

// counts says whether the mark that was found decides anything.
func (f finding) counts() bool {
	return !f.unknown && !f.found.Waived && !f.found.Open && f.mark.Grade != Review
}
