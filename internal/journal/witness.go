package journal

import "fmt"

// Witness remembers the checkpoints of logs in a place that those who can write the database cannot.
type Witness struct{ ledger *Ledger }

// NewWitness makes the witness that writes to a ledger.
func NewWitness(l *Ledger) *Witness { return &Witness{l} }

// Path is where the witness writes.
func (w *Witness) Path() string { return w.ledger.Path }

// Tell gives the witness a checkpoint.
func (w *Witness) Tell(c Checkpoint) error { return w.ledger.Append(c.Text()) }

// Testimony is what a witness knows of one log.
type Testimony struct {
	// Valid are the checkpoints that must hold: those that no later restoration gave up.
	Valid []Checkpoint
	// Last is the last one told, zero if there is none.
	Last Checkpoint
	// Furthest is the greatest size ever told, also of what was given up.
	Furthest Checkpoint
	// Forged are lines whose signature is not the notary's.
	Forged []int
	// Torn is how many lines are not whole.
	Torn int
	// Strange says that the ledger holds checkpoints of other logs.
	Strange bool
}

// Of returns what the witness knows of a log.
func (w *Witness) Of(log string) (Testimony, error) {
	lines, torn, err := w.ledger.Lines()
	if err != nil {
		return Testimony{}, err
	}
	t := Testimony{Torn: torn}
	for _, line := range lines {
		if line.Err != nil {
			t.Forged = append(t.Forged, line.Number)
			continue
		}
		c, err := parseCheckpoint(line.Text)
		if err != nil {
			return t, fmt.Errorf("line %d of the witness: %w", line.Number, err)
		}
		if c.Log != log {
			t.Strange = true
			continue
		}
		t.add(c)
	}
	return t, nil
}

func (t *Testimony) add(c Checkpoint) {
	if c.Restored {
		kept := t.Valid[:0:0]
		for _, v := range t.Valid {
			if v.Size <= c.Size {
				kept = append(kept, v)
			}
		}
		t.Valid = kept
	}
	t.Valid = append(t.Valid, c)
	t.Last = c
	if c.Size >= t.Furthest.Size {
		t.Furthest = c
	}
}

// Blocks is the greatest next block of identifiers that was ever told.
func (t Testimony) Blocks() int64 {
	most := t.Last.Blocks
	for _, c := range append([]Checkpoint{t.Furthest}, t.Valid...) {
		most = max(most, c.Blocks)
	}
	return most
}
