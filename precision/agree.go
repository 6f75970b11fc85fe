package precision

// Agreement is how well two judge the same alike, the second without knowing what the first said.
type Agreement struct {
	Pairs, Agreed int64
	// Kappa is Cohen's: 1 is full agreement, 0 what chance would give. It is known only where Known, that is where the
	// verdicts are not all the same.
	Kappa float64
	Known bool
}

// Agree compares pairs of verdicts (J. Cohen, "A Coefficient of Agreement for Nominal Scales", 1960).
func Agree[V comparable](verdicts [][2]V) Agreement {
	a := Agreement{Pairs: int64(len(verdicts))}
	first, second := map[V]int64{}, map[V]int64{}
	for _, v := range verdicts {
		first[v[0]]++
		second[v[1]]++
		if v[0] == v[1] {
			a.Agreed++
		}
	}
	var together int64
	for v, n := range first {
		together += n * second[v]
	}
	if a.Pairs == 0 || together == a.Pairs*a.Pairs {
		return a
	}
	n := float64(a.Pairs)
	chance := float64(together) / (n * n)
	a.Kappa, a.Known = (float64(a.Agreed)/n-chance)/(1-chance), true
	return a
}
