package policy

import "rightkey/internal/i18n"

// Severity says what happens to a record that has a problem.
type Severity string

// The three severities.
const (
	Reject      Severity = "reject"      // malformed: not recorded
	Provisional Severity = "provisional" // recorded, blocks benefit until it is settled
	Listed      Severity = "problem"     // recorded and listed with an owner and a due date
)

// Reason says in words what is wrong with a value: a message of this room ("policy." + Key) with its arguments, so
// that a page can say it in the reader's language. Values of special and secret items are never quoted.
type Reason struct {
	Key   string            // e.g. "not_number"
	Args  map[string]string // item (code), text (what was given), bound (of a range)
	Label i18n.Text         // the item's label, for {label} in the message
	Own   i18n.Text         // words of the pack itself (of a check), used instead
}

// Error is the reason in English.
func (r *Reason) Error() string { return r.In(i18n.English) }

// In is the reason in a language.
func (r *Reason) In(lang i18n.Lang) string {
	if len(r.Own) > 0 {
		return r.Own.In(lang)
	}
	args := make([]any, 0, 2*len(r.Args)+2)
	label := any(r.Args["item"])
	if len(r.Label) > 0 {
		label = r.Label
	}
	args = append(args, "label", label)
	for _, name := range sortedKeys(r.Args) {
		args = append(args, name, r.Args[name])
	}
	return i18n.T(lang, "policy."+r.Key, args...)
}

// Problem is a reason why a subject's facts are not in order.
type Problem struct {
	Subject  string
	Item     string // code
	Severity Severity
	Reason   *Reason
}

// Error is the problem in English: item and reason.
func (p Problem) Error() string { return p.Subject + "." + p.Item + ": " + p.Reason.Error() }
