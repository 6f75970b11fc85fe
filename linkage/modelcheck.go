package linkage

import "fmt"

// check refuses a model that cannot be used: of another version, or with parameters that are missing or no
// probabilities. Models come from files.
func (m *Model) check() error {
	if m.NormVersion != NormVersion {
		return fmt.Errorf("model of normalisation version %d, want %d: learn it anew", m.NormVersion, NormVersion)
	}
	if n := len(m.Fields); n == 0 || n > mostFields {
		return fmt.Errorf("model of %d fields, want 1 to %d", n, mostFields)
	}
	if !(m.Prior > 0 && m.Prior < 1) {
		return fmt.Errorf("model with a prior of %v, want more than 0 and less than 1", m.Prior)
	}
	if !(m.Slope >= 0 && m.Slope < 100) {
		return fmt.Errorf("model with a slope of %v, want 0 to 100", m.Slope)
	}
	for i := range m.Fields {
		if err := m.Fields[i].check(); err != nil {
			return fmt.Errorf("model field %q: %w", m.Fields[i].Name, err)
		}
	}
	return m.checkTies()
}

func (f *FieldModel) check() error {
	kind, err := ParseKind(f.Kind)
	if err != nil {
		return err
	}
	n := len(levelNames[kind])
	if len(f.M) != n || len(f.U) != n || len(f.Levels) != n {
		return fmt.Errorf("%d levels, %d m and %d u, want %d of each", len(f.Levels), len(f.M), len(f.U), n)
	}
	if f.Known < 0 || !(f.Single >= 0 && f.Single <= max(1, float64(f.Known))) {
		return fmt.Errorf("%d known values, of which one without a frequency counts as %v: want 0 and more, and no more than all", f.Known, f.Single)
	}
	for level := range n {
		// The upper bound leaves room for weights that were pooled; it keeps the weights finite.
		if !(f.M[level] > 0 && f.U[level] > 0 && f.M[level] < 1e3 && f.U[level] < 1e3) {
			return fmt.Errorf("level %q has m %v and u %v, want positive shares", f.Levels[level], f.M[level], f.U[level])
		}
	}
	return nil
}

func (m *Model) checkTies() error {
	for _, t := range m.Ties {
		if !m.hasFields(t.A, t.B) || len(t.Bits) > len(m.Fields[t.A].Levels) {
			return fmt.Errorf("model ties fields %d and %d, which it has not", t.A, t.B)
		}
		for _, row := range t.Bits {
			if len(row) > len(m.Fields[t.B].Levels) {
				return fmt.Errorf("model ties fields %d and %d at levels that they have not", t.A, t.B)
			}
		}
	}
	for _, t := range m.Together {
		if !m.hasFields(t.A, t.B) {
			return fmt.Errorf("model ties fields %d and %d, which it has not", t.A, t.B)
		}
	}
	return nil
}

func (m *Model) hasFields(a, b int) bool {
	return a >= 0 && b >= 0 && a < len(m.Fields) && b < len(m.Fields) && a != b
}

// fits says whether the model was made for these fields.
func (m *Model) fits(fields []Field) error {
	if err := m.check(); err != nil {
		return err
	}
	if len(m.Fields) != len(fields) {
		return fmt.Errorf("model of %d fields, the table has %d", len(m.Fields), len(fields))
	}
	for i, f := range fields {
		if have := &m.Fields[i]; have.Name != f.Name || have.Kind != f.Kind.String() {
			return fmt.Errorf("model has field %s:%s where the table has %s:%s", have.Name, have.Kind, f.Name, f.Kind)
		}
	}
	return nil
}
