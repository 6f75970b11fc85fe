package procedure

import (
	"fmt"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// Words are the names that rooms add to what conditions see: figures as doubles, texts. Beside them a condition sees
// the household's items and its parts (package policy, Condition) and the Figures of the case itself.
type Words struct {
	Figures, Texts []string
	Judges         string // the section of packs whose rules judge the subjects of cases
}

// Figures are what the engine knows of a case: the votes of its last sitting, who was present and had a vote, and how
// many objections there were and were upheld.
var Figures = []string{"votes_for", "votes_against", "votes_abstain", "votes_present", "votes_eligible", "objections", "objections_upheld"}

// Register lets packs that this loader loads have procedures; words are what the rooms that open cases tell of them.
func Register(loader *policy.Loader, words Words) {
	loader.Section(SectionName, func(p *policy.Pack, files []policy.SourceFile) (any, error) {
		return decode(p, files, words)
	})
}

type sectionSchema struct {
	Calendar   *calendarSchema `yaml:"calendar"`
	Never      []string        `yaml:"never"` // words that no notice holds: illnesses, disabilities
	Procedures []*Definition   `yaml:"procedures"`
}

// reader gathers the section of a pack and all that is wrong with it.
type reader struct {
	pack  *policy.Pack
	words Words
	found *Procedures
	wrong policy.LoadErrors
}

func decode(p *policy.Pack, files []policy.SourceFile, words Words) (any, error) {
	r := &reader{pack: p, words: words, found: &Procedures{}}
	for _, file := range files {
		var section sectionSchema
		if err := policy.Decode(file, &section); err != nil {
			return nil, err
		}
		if section.Calendar != nil {
			r.calendar(*section.Calendar)
		}
		r.found.Never = append(r.found.Never, section.Never...)
		for _, d := range section.Procedures {
			if _, twice := r.found.Find(d.Code); twice {
				r.fail(d.Pos, "procedure %q stands twice", d.Code)
			}
			d.calendar = &r.found.Calendar
			r.definition(d)
			r.found.List = append(r.found.List, d)
		}
	}
	for _, d := range r.found.List {
		r.renewals(d)
	}
	if len(r.wrong) > 0 {
		return nil, r.wrong
	}
	return r.found, nil
}

func (r *reader) fail(pos policy.Pos, format string, args ...any) {
	r.wrong = append(r.wrong, policy.LoadError{Pos: pos, Reason: fmt.Sprintf(format, args...)})
}

// ref notes a decided value, which says where it comes from or that nobody has confirmed it.
func (r *reader) ref(kind, code, source string, unconfirmed bool, pos policy.Pos) {
	if source == "" && !unconfirmed {
		r.fail(pos, "%s %q has neither a source nor the mark unconfirmed: true", kind, code)
	}
	r.found.refs = append(r.found.refs, policy.ValueRef{Kind: kind, Code: code, Source: source, Unconfirmed: unconfirmed, Pos: pos})
}

// titled says that a text is there in each language of the pack.
func (r *reader) titled(what string, text i18n.Text, pos policy.Pos) {
	for _, lang := range r.pack.Languages {
		if text[lang] == "" {
			r.fail(pos, "%s has no text in %q", what, lang)
		}
	}
}

func (r *reader) calendar(s calendarSchema) {
	if r.found.Calendar.Rest != nil {
		r.fail(s.Pos, "the calendar stands twice")
	}
	r.ref("calendar", "rest", s.Source, s.Unconfirmed, s.Pos)
	for _, h := range append(s.Holidays[:len(s.Holidays):len(s.Holidays)], s.Worked...) {
		r.titled("a holiday", h.Label, h.Pos)
		if h.Source != "" || h.Unconfirmed {
			r.ref("holiday", h.Day, h.Source, h.Unconfirmed, h.Pos)
		}
	}
	var err error
	if r.found.Calendar, err = s.calendar(); err != nil {
		r.fail(s.Pos, "calendar: %s", err)
	}
}

// definition checks one procedure, part by part, and then whether its graph makes sense.
func (r *reader) definition(d *Definition) {
	r.titled("procedure "+d.Code, d.Title, d.Pos)
	r.ref("procedure", d.Code, d.Source, d.Unconfirmed, d.Pos)
	if d.Kind == "" || d.Subject == "" {
		r.fail(d.Pos, "procedure %q needs kind and subject", d.Code)
	}
	if len(d.States) < 2 || len(d.OpenedBy) == 0 {
		r.fail(d.Pos, "procedure %q needs two states or more, and opened_by", d.Code)
		return
	}
	r.actors("opened_by", d.OpenedBy)
	before := len(r.wrong)
	r.papers(d)
	r.states(d)
	r.transitions(d)
	r.clocks(d)
	r.sittings(d)
	r.notices(d)
	r.kin(d)
	if len(r.wrong) == before {
		r.graph(d)
	}
}

func (r *reader) papers(d *Definition) {
	known := map[string]bool{}
	for _, p := range d.Papers {
		r.titled("paper "+p.Code, p.Title, p.Pos)
		r.once(known, "paper", p.Code, p.Pos)
	}
	for _, reason := range d.Reasons {
		r.named(known, "reason", reason.Code, reason.Title, reason.Pos)
	}
}

func (r *reader) once(known map[string]bool, what, code string, pos policy.Pos) {
	if code == "" || known[code] {
		r.fail(pos, "%s %q has no code, or one that stands twice", what, code)
	}
	known[code] = true
}

// named checks what every part of a definition has: a code of its own and a title.
func (r *reader) named(known map[string]bool, kind, code string, title i18n.Text, pos policy.Pos) {
	r.once(known, kind, code, pos)
	r.titled(kind+" "+code, title, pos)
}

func (r *reader) actors(what string, list []Actor) {
	for _, a := range list {
		if !slices.Contains(access.Roles(), a.Role) {
			r.fail(a.Pos, "%s: there is no role %q", what, a.Role)
		}
		r.level(what, a.Level, a.Pos)
	}
}

func (r *reader) level(what, code string, pos policy.Pos) {
	if code != "" && !slices.ContainsFunc(r.pack.Levels, func(l policy.Level) bool { return l.Code == code }) {
		r.fail(pos, "%s: the pack has no level %q", what, code)
	}
}

func (r *reader) states(d *Definition) {
	known := map[string]bool{}
	for _, s := range d.States {
		what := "state " + s.Code
		r.named(known, "state", s.Code, s.Title, s.Pos)
		if !slices.Contains([]End{Goes, Granted, Refused, Withdrawn}, s.End) {
			r.fail(s.Pos, "%s: end %q is none of granted, refused, withdrawn", what, s.End)
		}
		if s.Sitting != "" && d.Meeting(s.Sitting) == nil || s.Notice != "" && d.Board(s.Notice) == nil {
			r.fail(s.Pos, "%s: there is no sitting %q or notice %q", what, s.Sitting, s.Notice)
		}
		if s.End != Goes && (s.Mandatory || s.Sitting != "" || s.Notice != "") || s.Sitting != "" && s.Notice != "" {
			r.fail(s.Pos, "%s is only one of an end, a sitting and a notice, and an end is never mandatory", what)
		}
		r.pack.Refer(policy.Reference{Section: r.words.Judges, Code: s.Judge, By: what + " is judged by", Pos: s.Pos})
		r.effect(d, s)
	}
}

// effect checks that what a state does to a household is a status that the pack knows.
func (r *reader) effect(d *Definition, s *State) {
	if d.Subject != "household" {
		return
	}
	if s.Effect != "" {
		r.status(s, s.Effect)
	}
	for _, e := range s.Effects {
		e.condition = r.condition("an effect of "+s.Code, e.If, e.Pos)
		r.status(s, e.Effect)
	}
	r.card(s)
}

func (r *reader) status(s *State, code string) {
	item, ok := r.pack.Item("household", "status")
	if !ok || r.pack.Codes[item.Codes] == nil {
		return
	}
	if _, ok := r.pack.Codes[item.Codes].Option(code); !ok {
		r.fail(s.Pos, "state %s: the pack has no status %q", s.Code, code)
	}
}

func (r *reader) transitions(d *Definition) {
	known := map[string]bool{}
	for _, t := range d.Transitions {
		what := "transition " + t.Code
		r.named(known, "transition", t.Code, t.Title, t.Pos)
		if len(t.From) == 0 || d.State(t.To) == nil {
			r.fail(t.Pos, "%s: it needs from, and there is no state %q", what, t.To)
		}
		for _, from := range t.From {
			r.leaves(d, t, from)
		}
		r.actors(what, t.By)
		t.Persons = max(t.Persons, 1)
		if t.Persons > 5 {
			r.fail(t.Pos, "%s needs %d persons", what, t.Persons)
		}
		if t.automatic() == (len(t.By) > 0) || t.On != ByHand && t.Persons > 1 {
			r.fail(t.Pos, "%s: what is taken by hand needs by; a vote or an objection takes its transition itself", what)
		}
		if !slices.Contains([]Part{"", Record, Review, Approve}, t.Part) {
			r.fail(t.Pos, "%s: part %q is none of record, review, approve", what, t.Part)
		}
		r.known(t, "not_by", t.NotBy, func(code string) bool { return d.Transition(code) != nil })
		r.known(t, "evidence", t.Evidence, func(code string) bool {
			return slices.ContainsFunc(d.Papers, func(p Paper) bool { return p.Code == code })
		})
		if t.Reason != "" && t.Reason != "required" {
			r.fail(t.Pos, "%s: reason is required or absent", what)
		}
		if (t.Reason != "" || t.ReasonIf != "") && len(d.Reasons) == 0 {
			r.fail(t.Pos, "%s asks for a reason, and the procedure has none", what)
		}
		if t.Source != "" || t.Unconfirmed {
			r.ref("transition", d.Code+"."+t.Code, t.Source, t.Unconfirmed, t.Pos)
		}
		r.conditions(d, t)
	}
}

// leaves checks that a transition fits the state that it leaves.
func (r *reader) leaves(d *Definition, t *Transition, from string) {
	s := d.State(from)
	what := fmt.Sprintf("transition %s from %s", t.Code, from)
	switch {
	case s == nil:
		r.fail(t.Pos, "%s: there is no such state", what)
	case s.End != Goes:
		r.fail(t.Pos, "%s: that state is an end", what)
	case (t.On == Carried || t.On == Lost) && s.Sitting == "":
		r.fail(t.Pos, "%s: no sitting decides there", what)
	case t.On == Objection && (s.Notice == "" || !d.Board(s.Notice).Objections):
		r.fail(t.Pos, "%s: no notice to which somebody may object hangs there", what)
	case (t.On == Dismissed || t.On == Upheld) && (d.State(t.To) == nil || d.State(t.To).Notice == ""):
		r.fail(t.Pos, "%s: it does not lead back to a notice", what)
	case !slices.Contains([]Trigger{ByHand, Carried, Lost, Objection, Dismissed, Upheld}, t.On):
		r.fail(t.Pos, "%s: on %q is none of carried, lost, objection, dismissed, upheld", what, t.On)
	}
}

func (r *reader) known(t *Transition, key string, codes []string, is func(string) bool) {
	for _, code := range codes {
		if !is(code) {
			r.fail(t.Pos, "transition %s: %s names %q, which the procedure does not have", t.Code, key, code)
		}
	}
}

// conditions compiles the guard of a transition and when it needs a reason.
func (r *reader) conditions(d *Definition, t *Transition) {
	if t.Guard != nil {
		r.titled("the guard of "+t.Code, t.Guard.Text, t.Guard.Pos)
		t.Guard.condition = r.condition("guard of transition "+t.Code, t.Guard.CEL, t.Guard.Pos)
	}
	if t.ReasonIf != "" {
		t.reasonIf = r.condition("reason_if of transition "+t.Code, t.ReasonIf, t.Pos)
	}
	if s := t.Sample; s != nil {
		r.ref("sample", d.Code+"."+t.Code, s.Source, s.Unconfirmed, s.Pos)
		r.portion("sample of "+t.Code, s.Share, s.Pos)
	}
}

// condition compiles a condition on the facts of a case.
func (r *reader) condition(what, text string, pos policy.Pos) *policy.Condition {
	condition, err := r.pack.Condition(policy.ConditionText{CEL: text, Figures: append(slices.Clone(Figures), r.words.Figures...), Texts: r.words.Texts})
	if err != nil {
		r.fail(pos, "%s: %s", what, err)
	}
	return condition
}

// portion checks that a number is a share: above 0 and at most 1.
func (r *reader) portion(what string, n policy.Number, pos policy.Pos) {
	if f, _ := n.Float64(); !n.Set || f <= 0 || f > 1 {
		r.fail(pos, "%s needs a share above 0 and at most 1", what)
	}
}

func (r *reader) clocks(d *Definition) {
	known := map[string]bool{}
	for _, t := range d.Clocks {
		what := "clock " + t.Code
		r.named(known, "clock", t.Code, t.Title, t.Pos)
		r.ref("clock", d.Code+"."+t.Code, t.Source, t.Unconfirmed, t.Pos)
		if t.Days < 1 || t.Days > 1000 || len(t.From) == 0 || len(t.To) == 0 {
			r.fail(t.Pos, "%s needs days (1 to 1000), from and to", what)
		}
		for _, code := range slices.Concat(t.From, t.To, t.Pauses) {
			if d.State(code) == nil {
				r.fail(t.Pos, "%s: there is no state %q", what, code)
			}
		}
		r.portion(what+", amber,", t.Amber, t.Pos)
		r.portion(what+", red,", t.Red, t.Pos)
		if t.Amber.Cmp(t.Red.Decimal) > 0 {
			r.fail(t.Pos, "%s is red before it is amber", what)
		}
		r.actors(what, []Actor{{Role: t.Escalate, Pos: t.Pos}})
		r.working(what, t.Working, t.Pos)
	}
}

// working checks that who counts working days says which days are none.
func (r *reader) working(what string, counts bool, pos policy.Pos) {
	if counts && r.found.Calendar.Rest == nil {
		r.fail(pos, "%s counts working days, and the pack has no calendar before it", what)
	}
}

func (r *reader) sittings(d *Definition) {
	known := map[string]bool{}
	for _, m := range d.Sittings {
		what := "sitting " + m.Code
		r.named(known, "sitting", m.Code, m.Title, m.Pos)
		r.ref("sitting", d.Code+"."+m.Code, m.Source, m.Unconfirmed, m.Pos)
		r.level(what, m.Level, m.Pos)
		r.by(what, m.By, m.Pos)
		r.portion(what+", quorum,", m.Quorum, m.Pos)
		if m.Over.Set == m.AtLeast.Set {
			r.fail(m.Pos, "%s needs over or at_least", what)
			continue
		}
		bound := m.Over
		if m.AtLeast.Set {
			bound = m.AtLeast
		}
		r.portion(what+", majority,", bound, m.Pos)
	}
}

func (r *reader) by(what string, list []Actor, pos policy.Pos) {
	if len(list) == 0 {
		r.fail(pos, "%s needs by", what)
	}
	r.actors(what, list)
}

func (r *reader) notices(d *Definition) {
	known := map[string]bool{}
	for _, b := range d.Notices {
		what := "notice " + b.Code
		r.named(known, "notice", b.Code, b.Title, b.Pos)
		r.titled("the text of "+what, b.Text, b.Pos)
		r.ref("notice", d.Code+"."+b.Code, b.Source, b.Unconfirmed, b.Pos)
		r.level(what, b.Level, b.Pos)
		r.by(what, b.By, b.Pos)
		if b.Days < 1 || b.Days > 366 || len(b.Fields) == 0 {
			r.fail(b.Pos, "%s needs days (1 to 366) and fields", what)
		}
		for _, f := range b.Fields {
			if !slices.Contains(PublicFields, f) {
				r.fail(b.Pos, "%s shows %q; a notice may show: %s", what, f, strings.Join(PublicFields, ", "))
			}
		}
		r.working(what, b.Working, b.Pos)
		if err := b.checkText(r.found.Never); err != nil {
			r.fail(b.Pos, "%s", err)
		}
	}
}

func (r *reader) kin(d *Definition) {
	if len(d.Kin.First) == 0 {
		r.fail(d.Pos, "procedure %q does not say which kin are of the first degree", d.Code)
		return
	}
	r.ref("kin", d.Code, d.Kin.Source, d.Kin.Unconfirmed, d.Kin.Pos)
	for from, to := range d.Kin.Above {
		r.actors("kin", []Actor{{Role: from, Pos: d.Kin.Pos}, {Role: to, Pos: d.Kin.Pos}})
	}
}
