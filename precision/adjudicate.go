package precision

// Verdict is what one who visits, or a meeting, finds of a household.
type Verdict uint8

// The verdicts.
const (
	Open Verdict = iota // not visited, not decided
	Poor
	NotPoor
)

// Adjudication is the third truth: two independent visits, and the meeting of the village where they differ.
type Adjudication struct {
	First, Second                     Verdict
	FirstEnumerator, SecondEnumerator int
	Meeting                           Verdict
}

// Verdict is Open until two different enumerators agree or the meeting has decided between them.
func (a Adjudication) Verdict() Verdict {
	switch {
	case a.First == Open || a.Second == Open || a.FirstEnumerator == a.SecondEnumerator:
		return Open
	case a.First == a.Second:
		return a.First
	}
	return a.Meeting
}
