package procedure

import (
	"slices"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// SectionName is the section of a policy pack that this package reads.
const SectionName = "procedure"

// Procedures are what a pack says of procedures.
type Procedures struct {
	List     []*Definition // in the order of the files
	Calendar Calendar
	Never    []string // words that no notice holds: illnesses, disabilities

	refs []policy.ValueRef
}

// Find returns the definition with a code.
func (p *Procedures) Find(code string) (*Definition, bool) {
	i := slices.IndexFunc(p.List, func(d *Definition) bool { return d.Code == code })
	if i < 0 {
		return nil, false
	}
	return p.List[i], true
}

// Has says whether there is a definition with a code.
func (p *Procedures) Has(code string) bool {
	_, ok := p.Find(code)
	return ok
}

// Refs are the decided values of the section.
func (p *Procedures) Refs() []policy.ValueRef { return p.refs }

// Of returns the procedures of a pack; a pack without the section has none.
func Of(p *policy.Pack) *Procedures {
	if found, ok := policy.SectionOf[*Procedures](p, SectionName); ok {
		return found
	}
	return &Procedures{}
}

// Definition is one procedure. The first of its states is where a case begins.
type Definition struct {
	Code        string        `yaml:"code"`
	Kind        string        `yaml:"kind"`    // identification, exit, adjustment …: which room's effects it has
	Subject     string        `yaml:"subject"` // what a case is about: "household"
	Title       i18n.Text     `yaml:"title"`
	OpenedBy    []Actor       `yaml:"opened_by"`
	States      []*State      `yaml:"states"`
	Transitions []*Transition `yaml:"transitions"`
	Clocks      []*Timer      `yaml:"clocks"`
	Sittings    []*Meeting    `yaml:"sittings"`
	Notices     []*Board      `yaml:"notices"`
	Papers      []Paper       `yaml:"papers"`
	Reasons     []Reason      `yaml:"reasons"`
	Kin         Kin           `yaml:"kin"`
	Source      string        `yaml:"source"`
	Unconfirmed bool          `yaml:"unconfirmed"`
	Pos         policy.Pos

	calendar *Calendar // of its pack
}

// End says how a case ends in a state.
type End string

// The ends. Only Granted has to have passed every mandatory state.
const (
	Goes      End = "" // not at all
	Granted   End = "granted"
	Refused   End = "refused"
	Withdrawn End = "withdrawn"
)

// State is where a case waits.
type State struct {
	Code      string      `yaml:"code"`
	Title     i18n.Text   `yaml:"title"`
	Mandatory bool        `yaml:"mandatory"` // no case is granted without having been here
	Sitting   string      `yaml:"sitting"`   // the sitting that decides here; empty: none
	Notice    string      `yaml:"notice"`    // the notice that hangs while a case is here; empty: none
	End       End         `yaml:"end"`
	Effect    string      `yaml:"effect"`  // what reaching it does: of a household the code of its new status; empty: nothing
	Effects   []*Effected `yaml:"effects"` // in its place where one of their conditions holds, the first that does
	Card      *Card       `yaml:"card"`    // what the subject is given there; nil: nothing
	Judge     string      `yaml:"judge"`   // the rule of the pack by which the subject is judged on reaching it; empty: none
	Pos       policy.Pos
}

// anew says whether reaching the state says anew what the subject is.
func (s *State) anew() bool { return s.Effect != "" || len(s.Effects) > 0 }

// Effected is an effect under a condition, such as the level that the points of a household come to.
type Effected struct {
	If     string `yaml:"if"` // CEL on the facts of a case
	Effect string `yaml:"effect"`
	Pos    policy.Pos

	condition *policy.Condition
}

// Trigger is what takes a transition that nobody takes by hand.
type Trigger string

// The triggers.
const (
	ByHand    Trigger = ""
	Carried   Trigger = "carried"   // the sitting voted for the case
	Lost      Trigger = "lost"      // the sitting voted against it
	Objection Trigger = "objection" // somebody objects while the notice hangs
	Dismissed Trigger = "dismissed" // the objections were not upheld: the notice goes on
	Upheld    Trigger = "upheld"    // one was upheld: the notice of this household begins anew
)

// Part is what a transition is in the separation of duties: nobody takes two parts in one case.
type Part string

// The parts.
const (
	Record  Part = "record"
	Review  Part = "review"
	Approve Part = "approve"
)

// Actor is a role, at a level of the administration; empty level: any.
type Actor struct {
	Role  string `yaml:"role"`
	Level string `yaml:"level"`
	Pos   policy.Pos
}

// Transition is a step from some states to another.
type Transition struct {
	Code        string    `yaml:"code"`
	Title       i18n.Text `yaml:"title"` // what the button says
	From        []string  `yaml:"from"`
	To          string    `yaml:"to"`
	On          Trigger   `yaml:"on"`
	Notice      string    `yaml:"notice"` // of objection, dismissed and upheld: which notice; empty: any
	By          []Actor   `yaml:"by"`
	Persons     int       `yaml:"persons"`   // how many different persons take it together; 1 where nothing is said
	Part        Part      `yaml:"part"`      // what whoever takes it does in the separation of duties
	NotBy       []string  `yaml:"not_by"`    // transitions whose takers do not take this one in the same case
	Guard       *Guard    `yaml:"guard"`     // what has to hold
	Evidence    []string  `yaml:"evidence"`  // papers that have to be shown
	Reason      string    `yaml:"reason"`    // always: a reason has to be given; empty: none
	ReasonIf    string    `yaml:"reason_if"` // condition in CEL under which one has to be given
	Sample      *Sample   `yaml:"sample"`    // of a batch, what has to be opened before it is taken
	Source      string    `yaml:"source"`
	Unconfirmed bool      `yaml:"unconfirmed"`
	Pos         policy.Pos

	reasonIf *policy.Condition
}

// Guard is a condition on the facts of a case. What is unknown does not hold.
type Guard struct {
	CEL  string    `yaml:"cel"`
	Text i18n.Text `yaml:"text"` // what has to hold, in words
	Pos  policy.Pos

	condition *policy.Condition
}

// Sample says how many cases of a batch, drawn by chance, whoever takes the step has to open first.
type Sample struct {
	Share       policy.Number `yaml:"share"` // 0.05: five in a hundred, rounded up
	Least       int           `yaml:"least"`
	Source      string        `yaml:"source"`
	Unconfirmed bool          `yaml:"unconfirmed"`
	Pos         policy.Pos
}

// Timer is a clock of a procedure: it starts when a case enters one of From and stops when it enters one of To or ends.
type Timer struct {
	Code        string        `yaml:"code"`
	Title       i18n.Text     `yaml:"title"`
	From        []string      `yaml:"from"`
	To          []string      `yaml:"to"`
	Pauses      []string      `yaml:"pauses"` // states in which it stands still, such as while another department is asked
	Days        int           `yaml:"days"`
	Working     bool          `yaml:"working"` // working days
	Amber       policy.Number `yaml:"amber"`   // share of the days after which it is amber
	Red         policy.Number `yaml:"red"`
	Escalate    string        `yaml:"escalate"` // the role to which a red clock is shown
	Source      string        `yaml:"source"`
	Unconfirmed bool          `yaml:"unconfirmed"`
	Pos         policy.Pos
}

// Meeting is a kind of sitting.
type Meeting struct {
	Code        string        `yaml:"code"`
	Title       i18n.Text     `yaml:"title"`
	Level       string        `yaml:"level"`
	By          []Actor       `yaml:"by"`     // who holds it
	Quorum      policy.Number `yaml:"quorum"` // share of those with a vote who have to be there
	Over        policy.Number `yaml:"over"`   // a case is carried by more than this share of those present …
	AtLeast     policy.Number `yaml:"at_least"`
	Minutes     bool          `yaml:"minutes"` // it cannot be closed without minutes, typed or photographed
	Source      string        `yaml:"source"`
	Unconfirmed bool          `yaml:"unconfirmed"`
	Pos         policy.Pos
}

// Board is a kind of notice.
type Board struct {
	Code        string    `yaml:"code"`
	Title       i18n.Text `yaml:"title"`
	Level       string    `yaml:"level"`
	By          []Actor   `yaml:"by"` // who puts it up
	Days        int       `yaml:"days"`
	Working     bool      `yaml:"working"`
	Fields      []string  `yaml:"fields"` // of PublicFields, in the order of the columns
	Text        i18n.Text `yaml:"text"`   // what stands above the list
	FullNames   bool      `yaml:"full_names"`
	Objections  bool      `yaml:"objections"`
	Public      bool      `yaml:"public"` // there is a page for everybody as long as it hangs
	Source      string    `yaml:"source"`
	Unconfirmed bool      `yaml:"unconfirmed"`
	Pos         policy.Pos
}

// PublicFields are all that a notice may show: never a number, a phone, an account, an address or an illness.
var PublicFields = []string{"name", "village", "group", "members", "category", "measure", "amount"}

// Paper is something that is shown as evidence.
type Paper struct {
	Code  string    `yaml:"code"`
	Title i18n.Text `yaml:"title"`
	Pos   policy.Pos
}

// Reason is a reason that may be given.
type Reason struct {
	Code  string    `yaml:"code"`
	Title i18n.Text `yaml:"title"`
	Pos   policy.Pos
}

// Kin says what happens in matters of officials' kin: of the first degree the decision goes one level higher.
type Kin struct {
	First       []string          `yaml:"first"` // relations of the first degree
	Above       map[string]string `yaml:"above"` // role → the role one level higher
	Source      string            `yaml:"source"`
	Unconfirmed bool              `yaml:"unconfirmed"`
	Pos         policy.Pos
}

// find returns the element of a list of which code says the code; nil if there is none.
func find[T any](list []*T, code func(*T) string, wanted string) *T {
	for _, one := range list {
		if code(one) == wanted {
			return one
		}
	}
	return nil
}

// State returns the state with a code, nil if there is none.
func (d *Definition) State(code string) *State {
	return find(d.States, func(s *State) string { return s.Code }, code)
}

// Transition returns the transition with a code, nil if there is none.
func (d *Definition) Transition(code string) *Transition {
	return find(d.Transitions, func(t *Transition) string { return t.Code }, code)
}

// Meeting returns the kind of sitting with a code, nil if there is none.
func (d *Definition) Meeting(code string) *Meeting {
	return find(d.Sittings, func(m *Meeting) string { return m.Code }, code)
}

// Board returns the kind of notice with a code, nil if there is none.
func (d *Definition) Board(code string) *Board {
	return find(d.Notices, func(b *Board) string { return b.Code }, code)
}

// Timer returns the clock with a code, nil if there is none.
func (d *Definition) Timer(code string) *Timer {
	return find(d.Clocks, func(t *Timer) string { return t.Code }, code)
}

// PaperTitle is what a paper is called.
func (d *Definition) PaperTitle(lang i18n.Lang, code string) string {
	for _, p := range d.Papers {
		if p.Code == code {
			return p.Title.In(lang)
		}
	}
	return code
}

// ReasonTitle is what a reason is called.
func (d *Definition) ReasonTitle(lang i18n.Lang, code string) string {
	for _, r := range d.Reasons {
		if r.Code == code {
			return r.Title.In(lang)
		}
	}
	return code
}

// automatic says that a vote or an objection takes the transition, and nobody by hand.
func (t *Transition) automatic() bool { return t.On == Carried || t.On == Lost || t.On == Objection }

// Start is the state in which a case begins.
func (d *Definition) Start() *State { return d.States[0] }

// Leaving are the transitions out of a state, in the order of the definition.
func (d *Definition) Leaving(state string) []*Transition {
	var found []*Transition
	for _, t := range d.Transitions {
		if slices.Contains(t.From, state) {
			found = append(found, t)
		}
	}
	return found
}

// triggered is the transition out of a state that a trigger takes; notice is where the case hangs. nil: none.
func (d *Definition) triggered(state string, on Trigger, notice string) *Transition {
	for _, t := range d.Leaving(state) {
		if t.On == on && (t.Notice == "" || t.Notice == notice) {
			return t
		}
	}
	return nil
}
