package registry

import (
	"fmt"
	"slices"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
)

// RosterSection is the section of a policy pack that says which changes of a household's roster the country knows.
const RosterSection = "roster"

// ActKind is what a roster act does, whatever a country calls it.
type ActKind string

// The kinds.
const (
	ActJoin     ActKind = "join"      // persons come in: born, adopted, married in from outside, back again
	ActDeath    ActKind = "death"     // a member has died
	ActLeave    ActKind = "leave"     // members go to where the register does not follow them
	ActMove     ActKind = "move"      // members go to another household of the register
	ActSplit    ActKind = "split"     // members found a household of their own
	ActMerge    ActKind = "merge"     // all members go to another household; this one ends
	ActHead     ActKind = "head"      // another member becomes the head
	ActRelation ActKind = "relation"  // relations were wrong and are put right
	ActIdentity ActKind = "identity"  // a member's national number was wrong or missing
	ActRelocate ActKind = "relocate"  // the whole household moves within its county
	ActTransfer ActKind = "transfer"  // the whole household moves to another county, which accepts it
	ActHandOver ActKind = "hand_over" // members go to a household of another county, which accepts them
	ActClose    ActKind = "close"     // the household no longer exists
	ActReopen   ActKind = "reopen"    // a household that was closed exists again
)

// ActKinds are all kinds, in the order in which forms offer them.
var ActKinds = []ActKind{ActJoin, ActDeath, ActLeave, ActMove, ActSplit, ActMerge, ActHead, ActRelation, ActIdentity, ActRelocate, ActTransfer, ActHandOver, ActClose, ActReopen}

// BetweenCounties says that another county accepts what is done, and that it may be asked for before its day.
func (k ActKind) BetweenCounties() bool { return k == ActTransfer || k == ActHandOver }

// ActRule is one reason for which a roster changes: a kind under the country's own name.
type ActRule struct {
	Code      string
	Kind      ActKind
	Label     i18n.Text
	Newborn   bool   // of a join: the day is the day of birth
	Evidence  bool   // the certificate has to be named
	Protected bool   // a second person decides
	Status    string // that the household takes: one that ends, is reopened or was founded; empty: it keeps or inherits its own
	Source    string
}

// RosterRules are a pack's acts in the order of its file, and what else it says of rosters.
type RosterRules struct {
	Acts   []ActRule
	Ended  string   // status of a household that has no members any more; empty: it keeps its own
	Spouse []string // relations of which a household has at most one
	Shares []string // items of the household whose amount a split divides
	// AnswerDays is after how many days a county that has not answered another's request has let it expire; 0: never.
	AnswerDays int
}

// Find returns the act with a code.
func (r RosterRules) Find(code string) (ActRule, bool) {
	i := slices.IndexFunc(r.Acts, func(a ActRule) bool { return a.Code == code })
	if i < 0 {
		return ActRule{}, false
	}
	return r.Acts[i], true
}

// Of returns the acts of a kind.
func (r RosterRules) Of(kind ActKind) []ActRule {
	var found []ActRule
	for _, a := range r.Acts {
		if a.Kind == kind {
			found = append(found, a)
		}
	}
	return found
}

// RosterOf are the rules of a pack. One without the section knows every kind under its own name, and a second person
// decides each.
func RosterOf(pack *policy.Pack) RosterRules {
	if rules, ok := policy.SectionOf[RosterRules](pack, RosterSection); ok {
		return rules
	}
	var rules RosterRules
	for _, kind := range ActKinds {
		rules.Acts = append(rules.Acts, ActRule{Code: string(kind), Kind: kind, Label: inMessages("registry.roster.kind." + string(kind)), Protected: true})
	}
	return rules
}

// RegisterSections lets packs that this loader loads have this room's sections.
func RegisterSections(loader *policy.Loader) {
	loader.Section(RosterSection, decodeRoster)
	loader.Section(HandbookSection, decodeHandbook)
	loader.Section(NormSection, decodeProducts)
}

type rosterSchema struct {
	Acts   []actSchema `yaml:"acts"`
	Ended  string      `yaml:"ended"`
	Spouse []string    `yaml:"spouse"`
	Shares []string    `yaml:"shares"`
	Answer int         `yaml:"answer_days"`
	Pos    policy.Pos
}

type actSchema struct {
	Code      string               `yaml:"code"`
	Kind      string               `yaml:"kind"`
	Label     map[i18n.Lang]string `yaml:"label"`
	Newborn   bool                 `yaml:"newborn"`
	Evidence  bool                 `yaml:"evidence"`
	Protected bool                 `yaml:"protected"`
	Status    string               `yaml:"status"`
	Source    string               `yaml:"source"`
	Pos       policy.Pos
}

func decodeRoster(p *policy.Pack, files []policy.SourceFile) (any, error) {
	var rules RosterRules
	for _, file := range files {
		var found rosterSchema
		if err := policy.Decode(file, &found); err != nil {
			return nil, err
		}
		if err := found.check(p); err != nil {
			return nil, policy.LoadErrors{{Pos: policy.Pos{File: file.Name}, Reason: err.Error()}}
		}
		rules.Ended, rules.Spouse, rules.Shares = found.Ended, append(rules.Spouse, found.Spouse...), append(rules.Shares, found.Shares...)
		rules.AnswerDays = max(rules.AnswerDays, found.Answer)
		for _, schema := range found.Acts {
			act, err := schema.rule(p)
			if err == nil {
				if _, twice := rules.Find(act.Code); twice {
					err = fmt.Errorf("stands twice")
				}
			}
			if err != nil {
				return nil, policy.LoadErrors{{Pos: schema.Pos, Reason: fmt.Sprintf("act %q: %s", schema.Code, err)}}
			}
			rules.Acts = append(rules.Acts, act)
		}
	}
	return rules, nil
}

// check says whether the codes and items exist that the section names.
func (s rosterSchema) check(p *policy.Pack) error {
	if s.Ended != "" && !hasOption(p, SubjectHousehold, FieldStatus, s.Ended) {
		return fmt.Errorf("ended: there is no status %q", s.Ended)
	}
	for _, code := range s.Spouse {
		if !hasOption(p, SubjectPerson, FieldRelation, code) {
			return fmt.Errorf("spouse: there is no relation %q", code)
		}
	}
	if s.Answer < 0 {
		return fmt.Errorf("answer_days: is not a number of days")
	}
	section := ""
	for _, code := range s.Shares {
		item, ok := p.Item(SubjectHousehold, code)
		if !ok || item.Core || (item.Kind != policy.Decimal && item.Kind != policy.Int) {
			return fmt.Errorf("shares: %q is not a number of the household", code)
		}
		if section == "" {
			section = item.Section
		}
		if item.Section != section {
			return fmt.Errorf("shares: %q stands in another section of the form than the others", code)
		}
	}
	return nil
}

func (s actSchema) rule(p *policy.Pack) (ActRule, error) {
	act := ActRule{Code: s.Code, Kind: ActKind(s.Kind), Label: i18n.Text(s.Label), Newborn: s.Newborn, Evidence: s.Evidence, Protected: s.Protected, Status: s.Status, Source: s.Source}
	if s.Code == "" || !slices.Contains(ActKinds, act.Kind) {
		return act, fmt.Errorf("needs a code and one of the kinds %v", ActKinds)
	}
	for _, lang := range p.Languages {
		if act.Label[lang] == "" {
			return act, fmt.Errorf("has no label in %s", lang)
		}
	}
	if act.Status != "" && !hasOption(p, SubjectHousehold, FieldStatus, act.Status) {
		return act, fmt.Errorf("there is no status %q", act.Status)
	}
	if act.Newborn && act.Kind != ActJoin {
		return act, fmt.Errorf("only who joins can be newborn")
	}
	if act.Kind.BetweenCounties() {
		act.Protected = true // the receiving county decides
	}
	return act, nil
}

// hasOption says whether a choice item of the pack has an option.
func hasOption(p *policy.Pack, subject, code, option string) bool {
	item, ok := p.Item(subject, code)
	return ok && slices.ContainsFunc(item.Options(), func(o policy.Option) bool { return o.Code == option })
}
