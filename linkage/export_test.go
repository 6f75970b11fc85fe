package linkage

// Prior gives tests the evidence before any field is looked at.
func Prior(m *Model) float64 { return logit2(m.Prior) }
