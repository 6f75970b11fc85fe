package web

// Stat is a number that opens its list: a tile with what is counted, how many, and how sure that is.
type Stat struct {
	Label    string
	Value    string
	Unit     string
	Interval string // "2.9–5.6": the range that the true value is in, where the number is an estimate
	Note     string // change since last month, share of the whole
	Href     string
	Tone     Tone // marks the tile where the number needs attention; empty for none
}
