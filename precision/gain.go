package precision

// Gain is by how much a visit to the household is expected to lower the cost of errors, by an ordinary visit's effort.
// Now is the household's status.
func (b *Belief) Gain(household int, now bool) float64 {
	effort := b.Households[household].Effort
	if effort == 0 {
		effort = 1
	}
	cost := b.Setting.Cost
	if b.Setting.Noise == 0 {
		if b.Visited(household) && b.Setting.Drift == 0 {
			return 0
		}
		return cost.Loss(b.Standing(household), now) / effort
	}
	if !b.Visited(household) {
		return b.gainUnvisited(household, now) / effort
	}
	var d density
	b.prior(household, &d)
	b.weigh(household, &d)
	return b.gain(&d, now) / effort
}

// gainUnvisited keeps what it worked out for others of the same expectation.
func (b *Belief) gainUnvisited(household int, now bool) float64 {
	at := (step(b.centre(household)) + finer/4) / (finer / 2)
	status, pattern := statusOf(b.Households[household]), b.pattern[household]
	key := ((at*2+status)*len(b.patterns)+pattern)*2 + map[bool]int{true: 1}[now]
	if gain, ok := b.gains[key]; ok {
		return gain
	}
	var d density
	b.before(min(at*finer/2, finer*(cellCount-1)), status, pattern, &d)
	gain := b.gain(&d, now)
	b.gains[key] = gain
	return gain
}

// thresholds are the findings, in cells from the line, at which a household may change sides after one more visit.
const thresholds = 14

// gain is the expected loss now less that after one more visit. What a visit finds is compared with a threshold, and
// the best threshold is that by which the household will be judged: the greater the finding, the less likely poor.
func (b *Belief) gain(d *density, now bool) float64 {
	cost := b.Setting.Cost
	var keep, drop density // loss in each cell of standing on the register, and of not
	stay, leave := 0.0, 0.0
	for k, x := range d {
		if k < cellsBelow {
			drop[k] = x * (cost.Missing*(1-b.poor[k]) + cost.ClearMissing*b.poor[k])
		} else {
			keep[k] = x * (cost.Inclusion*(1-b.not[k]) + cost.ClearInclusion*b.not[k])
		}
		stay, leave = stay+keep[k], leave+drop[k]
	}
	loss := leave
	if now {
		loss = stay
	}
	best := min(stay, leave)
	for t := -thresholds; t <= thresholds; t++ {
		after := 0.0
		for k := range d {
			if d[k] < 1e-9 {
				continue
			}
			below := b.below[t+thresholds][k]
			after += keep[k]*below + drop[k]*(1-below)
		}
		best = min(best, after)
	}
	return loss - best
}

// prepareVisits works out how likely the finding of a visit lies below each threshold, by cell of the truth.
func (b *Belief) prepareVisits() {
	for t := range b.below {
		for k := range b.below[t] {
			b.below[t][k] = cumulative((float64(t-thresholds)*cellWidth - welfareAt(k)) / b.Setting.Noise)
		}
	}
}
