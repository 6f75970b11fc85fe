package similar

// Edits returns the number of insertions, deletions, replacements and swaps of neighbours that turn a into b
// (optimal string alignment), or limit+1 as soon as it must exceed limit.
func Edits(a, b string, limit int) int {
	if a == b {
		return 0
	}
	if limit <= 2 && isASCII(a) && isASCII(b) {
		return editsWithin(a, b, limit)
	}
	var x, y runes
	x.decode(a)
	y.decode(b)
	if x.n-y.n > limit || y.n-x.n > limit {
		return limit + 1
	}
	start, endX, endY := trim(&x, &y)
	return align(x.at[start:endX], y.at[start:endY], limit)
}

// trim drops what the two have in common at both ends.
func trim(x, y *runes) (start, endX, endY int) {
	endX, endY = x.n, y.n
	for start < min(endX, endY) && x.at[start] == y.at[start] {
		start++
	}
	for endX > start && endY > start && x.at[endX-1] == y.at[endY-1] {
		endX--
		endY--
	}
	return start, endX, endY
}

func align(x, y []rune, limit int) int {
	var rows [3][longest + 1]uint8
	before, last, now := &rows[0], &rows[1], &rows[2]
	for j := range len(y) + 1 {
		last[j] = uint8(j)
	}
	for i := 1; i <= len(x); i++ {
		now[0] = uint8(i)
		least := now[0]
		for j := 1; j <= len(y); j++ {
			cost := uint8(1)
			if x[i-1] == y[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
			least = min(least, now[j])
		}
		if int(least) > limit {
			return limit + 1
		}
		before, last, now = last, now, before
	}
	return min(int(last[len(y)]), limit+1)
}

func isASCII(s string) bool {
	var all byte
	for i := range len(s) {
		all |= s[i]
	}
	return all < 0x80
}

// editsWithin tries every edit at the first difference, which is fast for the few edits that it is asked for.
func editsWithin(a, b string, limit int) int {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for a != "" && b != "" && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	switch longer, shorter := max(len(a), len(b)), min(len(a), len(b)); {
	case longer == 0:
		return 0
	case longer-shorter > limit || limit == 0:
		return limit + 1
	case shorter == 0:
		return longer
	case longer == 1:
		return 1
	}
	best := 1 + editsWithin(a[1:], b[1:], limit-1)
	if len(a) >= len(b) {
		best = min(best, 1+editsWithin(a[1:], b, limit-1))
	}
	if len(b) >= len(a) {
		best = min(best, 1+editsWithin(a, b[1:], limit-1))
	}
	if len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] {
		best = min(best, 1+editsWithin(a[2:], b[2:], limit-1))
	}
	return min(best, limit+1)
}
