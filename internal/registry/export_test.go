package registry

// Forgotten is what an erasure takes from a table; nil columns stand for whole rows.
type Forgotten struct {
	Table   string
	Columns []string
}

// Forgetting is everything that an erasure takes.
func Forgetting() []Forgotten {
	all := make([]Forgotten, len(forgetting))
	for i, f := range forgetting {
		all[i] = Forgotten{f.table, f.columns}
	}
	return all
}
