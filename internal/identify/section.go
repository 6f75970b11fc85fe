package identify

import (
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// SectionName is the section of a policy pack that this room reads.
const SectionName = "identify"

// Section is what a pack decides about identification.
type Section struct {
	Rules      []Rule     // the first is the one that applies when none is named
	Cards      []*Card    // scorecards
	Marks      []*Mark    // exclusions, inclusions and special circumstances
	Categories []Category // from the poorest to the best off; empty: poor and not poor are told apart only
	Quotas     []Quota
	Groups     []string  // items "subject.code" by which the outcome of a scenario is broken down
	Objection  i18n.Text // where a household objects, and until when
	// Words are sentences in which verdicts are explained, and the words on papers of cases, in languages that the program does not speak, by the key of
	// the program's own message; see explained.
	Words map[string]i18n.Text
	// WordsUnconfirmed says that no document and no speaker of the language confirms them.
	WordsUnconfirmed bool
}

// Category is a kind of household that a pack tells apart, such as a level of poverty or a decile.
type Category struct {
	Code    string
	Label   i18n.Text
	Outcome Outcome // Poor or NotPoor
}

// SectionOf is what a pack decides about identification; empty where it decides nothing.
func SectionOf(p *policy.Pack) *Section {
	if section, ok := policy.SectionOf[*Section](p, SectionName); ok {
		return section
	}
	return &Section{}
}

// speaks says whether the pack has sentences of its own in a language.
func (s *Section) speaks(lang i18n.Lang) bool {
	for _, text := range s.Words {
		if text[lang] != "" {
			return true
		}
	}
	return false
}

// rank is the place of a category, 0 for the poorest; -1 for a code that is none.
func (s *Section) rank(code string) int {
	return slices.IndexFunc(s.Categories, func(c Category) bool { return c.Code == code })
}

// Category finds a category.
func (s *Section) Category(code string) (Category, bool) {
	if at := s.rank(code); at >= 0 {
		return s.Categories[at], true
	}
	return Category{}, false
}

// Has says whether there is a rule with a code: what other sections name of this one.
func (s *Section) Has(code string) bool {
	return slices.ContainsFunc(s.Rules, func(r Rule) bool { return r.Code == code })
}

// Mark finds a mark.
func (s *Section) Mark(code string) (*Mark, bool) {
	at := slices.IndexFunc(s.Marks, func(m *Mark) bool { return m.Code == code })
	if at < 0 {
		return nil, false
	}
	return s.Marks[at], true
}

// Card finds a scorecard.
func (s *Section) Card(code string) (*Card, bool) {
	at := slices.IndexFunc(s.Cards, func(c *Card) bool { return c.Code == code })
	if at < 0 {
		return nil, false
	}
	return s.Cards[at], true
}

type sectionSchema struct {
	Rules      []ruleSchema                    `yaml:"rules"`
	Scorecards []cardSchema                    `yaml:"scorecards"`
	Marks      []markSchema                    `yaml:"marks"`
	Categories []categorySchema                `yaml:"categories"`
	Quotas     []quotaSchema                   `yaml:"quotas"`
	Groups     []string                        `yaml:"groups"`
	Objection  map[i18n.Lang]string            `yaml:"objection"`
	Words      map[string]map[i18n.Lang]string `yaml:"words"`
	WordsFrom  string                          `yaml:"words_source"`
	WordsOpen  bool                            `yaml:"words_unconfirmed"`
	Pos        policy.Pos
}

type categorySchema struct {
	Code        string               `yaml:"code"`
	Label       map[i18n.Lang]string `yaml:"label"`
	Outcome     string               `yaml:"outcome"` // poor, not_poor
	Source      string               `yaml:"source"`
	Unconfirmed bool                 `yaml:"unconfirmed"`
	Pos         policy.Pos
}

// Register lets packs that this loader loads have an identify section.
func Register(loader *policy.Loader) { loader.Section(SectionName, decodeSection) }

func decodeSection(p *policy.Pack, files []policy.SourceFile) (any, error) {
	r := &reading{pack: p, section: &Section{}}
	var found []sectionSchema
	for _, file := range files {
		var one sectionSchema
		if err := policy.Decode(file, &one); err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	r.all(found)
	if len(r.errors) > 0 {
		return nil, r.errors
	}
	return r.section, nil
}

// reading turns the files of a section into it, and gathers everything that is wrong.
type reading struct {
	pack    *policy.Pack
	section *Section
	errors  policy.LoadErrors
}

// all reads kind after kind, in an order in which each needs only what was read before.
func (r *reading) all(files []sectionSchema) {
	each := func(read func(sectionSchema)) {
		for _, file := range files {
			read(file)
		}
	}
	each(func(f sectionSchema) { readEach(f.Categories, r.category) })
	each(func(f sectionSchema) { readEach(f.Marks, r.mark) })
	each(func(f sectionSchema) { readEach(f.Scorecards, r.card) })
	each(func(f sectionSchema) { readEach(f.Rules, r.rule) })
	each(func(f sectionSchema) { readEach(f.Quotas, r.quota) })
	each(r.rest)
	r.nested()
}

func readEach[S any](list []S, read func(S)) {
	for _, one := range list {
		read(one)
	}
}

func (r *reading) fail(pos policy.Pos, format string, args ...any) {
	r.errors = append(r.errors, policy.LoadError{Pos: pos, Reason: fmt.Sprintf(format, args...)})
}

// text is a text that must be there in every language of the pack.
func (r *reading) text(pos policy.Pos, what string, text map[i18n.Lang]string) i18n.Text {
	for _, language := range r.pack.Languages {
		if strings.TrimSpace(text[language]) == "" {
			r.fail(pos, "%s: it has no text in %q", what, language)
		}
	}
	return text
}

// decided notes a value of the section with its source.
func (r *reading) decided(kind, code, source string, unconfirmed bool, pos policy.Pos) {
	if err := r.pack.Decide(policy.ValueRef{Kind: kind, Code: code, Source: source, Unconfirmed: unconfirmed, Pos: pos}); err != nil {
		r.fail(pos, "%s %q has neither a source nor the mark unconfirmed: true", kind, code)
	}
}

// condition compiles a condition over a household; nil for the empty text.
func (r *reading) condition(pos policy.Pos, what, cel string) *policy.Condition {
	if cel == "" {
		return nil
	}
	compiled, err := r.pack.Condition(policy.ConditionText{CEL: cel, Figures: figures(r.pack), Texts: []string{today}})
	if err != nil {
		r.fail(pos, "%s: %s", what, err)
	}
	return compiled
}

// today is the text by which conditions know the reference day.
const today = "today"

// figures are the pack's dated figures, which conditions see beside a household's items.
func figures(p *policy.Pack) []string {
	var codes []string
	for _, value := range p.Values {
		_, taken := p.Item("household", value.Code)
		if value.IsNumber && !taken && !slices.Contains(codes, value.Code) {
			codes = append(codes, value.Code)
		}
	}
	return codes
}

// value checks that a code is that of a dated figure.
func (r *reading) value(pos policy.Pos, what, code string) {
	if !slices.ContainsFunc(r.pack.Values, func(v policy.DatedValue) bool { return v.Code == code && v.IsNumber }) {
		r.fail(pos, "%s: %q is no figure among the pack's values", what, code)
	}
}

func (r *reading) category(s categorySchema) {
	c := Category{Code: s.Code, Label: r.text(s.Pos, "category "+s.Code, s.Label), Outcome: Outcome(s.Outcome)}
	if c.Outcome != Poor && c.Outcome != NotPoor {
		r.fail(s.Pos, "category %q: outcome %q is neither poor nor not_poor", s.Code, s.Outcome)
	}
	if s.Code == "" || r.section.rank(s.Code) >= 0 {
		r.fail(s.Pos, "category %q has no code or stands twice", s.Code)
	}
	if last := len(r.section.Categories) - 1; last >= 0 && c.Outcome == Poor && r.section.Categories[last].Outcome == NotPoor {
		r.fail(s.Pos, "category %q is poor and stands behind one that is not: begin with the poorest", s.Code)
	}
	r.decided("category", s.Code, s.Source, s.Unconfirmed, s.Pos)
	r.section.Categories = append(r.section.Categories, c)
}

// known checks that a category exists; the empty code is none.
func (r *reading) known(pos policy.Pos, what, category string) {
	if category != "" && r.section.rank(category) < 0 {
		r.fail(pos, "%s names the category %q, which the pack does not have", what, category)
	}
}

// rest reads what is about the section as a whole.
func (r *reading) rest(s sectionSchema) {
	for _, group := range s.Groups {
		subject, code, _ := strings.Cut(group, ".")
		if item, ok := r.pack.Item(subject, code); !ok || !item.Mirror {
			r.fail(s.Pos, "groups: %q is no item that is marked mirror", group)
		}
		r.section.Groups = append(r.section.Groups, group)
	}
	if s.Objection != nil {
		r.section.Objection = r.text(s.Pos, "objection", s.Objection)
	}
	if len(s.Words) > 0 {
		r.decided("words", "words", s.WordsFrom, s.WordsOpen, s.Pos)
		r.section.WordsUnconfirmed = s.WordsOpen
	}
	for key, text := range s.Words {
		if !i18n.Has(message(key)) {
			r.fail(s.Pos, "words: %q is no sentence of the program", key)
		}
		for lang, sentence := range text {
			if _, err := i18n.Fill(lang, sentence); err != nil {
				r.fail(s.Pos, "words: %s in %s: %s", key, lang, err)
			}
		}
		if r.section.Words == nil {
			r.section.Words = map[string]i18n.Text{}
		}
		r.section.Words[key] = text
	}
}
