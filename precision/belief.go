package precision

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Belief is what is believed of the welfare of every household of a register. It is not safe for use by several
// goroutines at once.
type Belief struct {
	Households []Household
	Setting    Setting

	visits   [][]Visit // by household
	visited  []int     // households with visits, in the order of their first
	patterns []uint64  // kinds of signals that occur
	pattern  []int     // by household

	village  []float64    // effects
	leaning  []float64    // by enumerator
	tilts    [2][]float64 // by status: base, then being poor with each signal
	tilted   [2][]density // by status and pattern
	gauss    []float64    // density about the centre by distance in fine steps
	poor     density      // parts of cells that are clearly poor
	not      density      // and clearly not
	expected map[int]Standing
	gains    map[int]float64
	below    [2*thresholds + 1]density // how likely a finding lies below each threshold, by cell of the truth
}

// What is believed before the first visit: standing on the register makes being poor as much likelier as it does where
// three in ten of the registered are not poor and three in ten of the poor are missing; how far that is from the truth
// of this register is learnt.
var tiltAtFirst = [2]float64{-1.2, 3} // by status, of being poor

// NewBelief believes the score and the register, until visits teach it better.
func NewBelief(households []Household, setting Setting) *Belief {
	b := &Belief{Households: slices.Clone(households), Setting: setting, visits: make([][]Visit, len(households)), pattern: make([]int, len(households)),
		gauss: make([]float64, finer*(2*cellCount+2))}
	villages := 0
	for i, h := range households {
		b.pattern[i] = b.patternOf(h.Signals)
		villages = max(villages, h.Village+1)
	}
	b.village = make([]float64, villages)
	for status, tilt := range tiltAtFirst {
		b.tilts[status] = make([]float64, baseCount+setting.Signals)
		b.tilts[status][0] = tilt
	}
	b.poor, b.not = cover(setting.Band)
	b.spread()
	if setting.Noise > 0 {
		b.prepareVisits()
	}
	b.prepare()
	return b
}

// spread works out the density about the centre.
func (b *Belief) spread() {
	for step := range b.gauss {
		away := float64(step) * cellWidth / finer / b.Setting.Spread
		b.gauss[step] = math.Exp(-away * away / 2)
	}
}

// prepare works out the tables that follow from what was learnt.
func (b *Belief) prepare() {
	for status, tilts := range b.tilts {
		for p, signals := range b.patterns {
			poor := 0.0
			for s := range b.Setting.Signals {
				if signals>>s&1 == 1 {
					poor += tilts[baseCount+s]
				}
			}
			for k := range cellCount {
				log := 0.0
				for f, x := range base[k] {
					log += tilts[f] * x
				}
				if k < cellsBelow {
					log += poor
				}
				b.tilted[status][p][k] = math.Exp(log)
			}
		}
	}
	b.expected, b.gains = map[int]Standing{}, map[int]float64{}
}

// Observe takes visits into account. Learn turns them into what is believed of others.
func (b *Belief) Observe(visits ...Visit) {
	for _, v := range visits {
		if len(b.visits[v.Household]) == 0 {
			b.visited = append(b.visited, v.Household)
		}
		b.visits[v.Household] = append(b.visits[v.Household], v)
		for len(b.leaning) <= v.Enumerator {
			b.leaning = append(b.leaning, 0)
		}
	}
}

// Visited says whether a visit to the household found anything.
func (b *Belief) Visited(household int) bool { return len(b.visits[household]) > 0 }

// Forget forgets all visits and keeps what they taught of villages, enumerators, status and signals.
func (b *Belief) Forget() {
	b.visits, b.visited = make([][]Visit, len(b.Households)), nil
}

// Age lets years go by: what was found and what the score tells is so much older.
func (b *Belief) Age(years float64) {
	b.Setting.Spread = math.Hypot(b.Setting.Spread, b.Setting.Drift*math.Sqrt(years))
	b.spread()
	b.expected, b.gains = map[int]Standing{}, map[int]float64{}
	for _, visits := range b.visits {
		for i := range visits {
			visits[i].Years += years
		}
	}
}

// Change takes over what is newly known of a household. Its welfare is believed to be another's from now on if it is
// another household that lives there.
func (b *Belief) Change(i int, now Household, another bool) {
	now.Registered = b.Households[i].Registered && !another
	b.Households[i] = now
	known := len(b.patterns)
	if b.pattern[i] = b.patternOf(now.Signals); len(b.patterns) > known {
		b.prepare()
	}
	if another {
		b.visits[i] = nil
		b.visited = slices.DeleteFunc(b.visited, func(j int) bool { return j == i })
	}
}

// patternOf is the number of a kind of signals.
func (b *Belief) patternOf(signals uint64) int {
	at := slices.Index(b.patterns, signals)
	if at < 0 {
		at = len(b.patterns)
		b.patterns = append(b.patterns, signals)
		for status := range b.tilted {
			b.tilted[status] = append(b.tilted[status], density{})
		}
	}
	return at
}

func statusOf(h Household) int {
	if h.Registered {
		return 1
	}
	return 0
}

// centre is the welfare of a household by score and village.
func (b *Belief) centre(i int) float64 {
	h := &b.Households[i]
	return h.Score + b.village[h.Village]
}

// step is a mean in fine steps of the grid.
func step(centre float64) int {
	middle := (centre/cellWidth + cellsBelow - 0.5) * finer
	return int(math.Round(max(0, min(finer*(cellCount-1), middle))))
}

// before is the density of a household's welfare without visits.
func (b *Belief) before(step, status, pattern int, out *density) {
	sum := 0.0
	tilted := &b.tilted[status][pattern]
	for k := range cellCount {
		away := finer*k - step
		if away < 0 {
			away = -away
		}
		out[k] = b.gauss[away] * tilted[k]
		sum += out[k]
	}
	for k := range out {
		out[k] /= sum
	}
}

// prior is the density of a household without its visits.
func (b *Belief) prior(i int, out *density) {
	b.before(step(b.centre(i)), statusOf(b.Households[i]), b.pattern[i], out)
}

// deviation is that of a finding from the truth of today.
func (b *Belief) deviation(v Visit) float64 {
	own := b.Setting.Noise*b.Setting.Noise - b.Setting.Leaning*b.Setting.Leaning
	return math.Sqrt(own + b.Setting.Drift*b.Setting.Drift*v.Years)
}

// weigh multiplies a density by the likelihood of a household's visits and returns the last finding that was without
// error.
func (b *Belief) weigh(i int, d *density) (exact float64, known bool) {
	for _, v := range b.visits[i] {
		deviation := b.deviation(v)
		if deviation < cellWidth/10 {
			exact, known = v.Welfare, true
			continue
		}
		found := v.Welfare - b.leaning[v.Enumerator]
		for k := range d {
			away := (found - welfareAt(k)) / deviation
			d[k] *= math.Exp(-away * away / 2)
		}
	}
	if known {
		*d = density{}
		d[cellOf(exact)] = 1
		return exact, true
	}
	sum := 0.0
	for _, x := range d {
		sum += x
	}
	if sum < 1e-280 { // beyond what the model thinks possible: the finding stands for itself
		*d = density{}
		d[cellOf(b.visits[i][len(b.visits[i])-1].Welfare)] = 1
		return 0, false
	}
	for k := range d {
		d[k] /= sum
	}
	return 0, false
}

// Standing is how likely the household is poor after all that is known of it.
func (b *Belief) Standing(household int) Standing {
	if !b.Visited(household) {
		return b.Unvisited(household)
	}
	var d density
	b.prior(household, &d)
	if exact, known := b.weigh(household, &d); known {
		return b.certain(exact)
	}
	return b.standing(&d)
}

// Unvisited is how likely the household would be poor if nobody had visited it.
func (b *Belief) Unvisited(household int) Standing {
	// A step of half a cell is fine enough for what is planned by.
	at := (step(b.centre(household)) + finer/4) / (finer / 2)
	status, pattern := statusOf(b.Households[household]), b.pattern[household]
	key := (at*2+status)*len(b.patterns) + pattern
	if s, ok := b.expected[key]; ok {
		return s
	}
	var d density
	b.before(min(at*finer/2, finer*(cellCount-1)), status, pattern, &d)
	s := b.standing(&d)
	b.expected[key] = s
	return s
}

func (b *Belief) certain(welfare float64) Standing {
	low, high := cleared(b.Setting.Band)
	var s Standing
	if welfare < 0 {
		s.Poor = 1
	}
	if welfare < low {
		s.ClearlyPoor = 1
	}
	if welfare > high {
		s.ClearlyNot = 1
	}
	return s
}

func (b *Belief) standing(d *density) Standing {
	var s Standing
	for k, x := range d {
		if k < cellsBelow {
			s.Poor += x
		}
		s.ClearlyPoor += x * b.poor[k]
		s.ClearlyNot += x * b.not[k]
	}
	return s
}

// Wrong is how likely it is wrong that a household stands on the register, or that it does not, and clearly wrong.
func (s Standing) Wrong(registered bool) (raw, clear float64) {
	if registered {
		return 1 - s.Poor, s.ClearlyNot
	}
	return s.Poor, s.ClearlyPoor
}

// Loss is the expected cost of a status.
func (c Cost) Loss(s Standing, registered bool) float64 {
	raw, clear := s.Wrong(registered)
	if registered {
		return c.Inclusion*(raw-clear) + c.ClearInclusion*clear
	}
	return c.Missing*(raw-clear) + c.ClearMissing*clear
}

// Proposed is the status that costs least by what is known; equal costs leave the household where it is.
func (b *Belief) Proposed(household int, now bool) bool {
	s := b.Standing(household)
	if b.Setting.Cost.Loss(s, !now) < b.Setting.Cost.Loss(s, now) {
		return !now
	}
	return now
}

// cumulative is the normal distribution.
func cumulative(x float64) float64 { return distuv.UnitNormal.CDF(x) }
