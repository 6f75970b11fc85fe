package linkage

// mostFields is the number of fields that fit into an agreement pattern of 64 bits; mostLevels is the number of
// levels a field can have, the last code being kept for "missing on one side".
const (
	mostFields = 16
	mostLevels = 15
	missing    = 15
)

// same is the level of equal values in every kind.
const same = 0

// levelNames are the levels of agreement of each kind, from most to least alike; the last is "different".
var levelNames = [kinds][]string{
	Given:   {"same", "swapped", "known variant", "sounds same", "very alike", "alike", "short form", "somewhat alike", "different"},
	Surname: {"same", "known variant", "sounds same", "very alike", "alike", "short form", "somewhat alike", "different"},
	Name:    {"same", "known variant", "same words", "very alike", "all words of one", "most words", "some words", "one word", "different"},
	Date:    {"same", "one slip", "within a month", "within a year", "two slips", "within ten years", "different"},
	Year:    {"same", "one apart", "one slip", "within ten", "different"},
	Month:   {"same", "one slip", "different"},
	Day:     {"same", "one slip", "different"},
	Sex:     {"same", "different"},
	ID:      {"same", "one slip", "two slips", "different"},
	Phone:   {"same", "one slip", "two slips", "different"},
	Place:   {"same", "known variant", "very alike", "alike", "part of it", "different"},
	Address: {"same", "known variant", "same words", "very alike", "most words", "some words", "somewhat alike", "different"},
	Code:    {"same", "one slip", "same area", "two slips", "different"},
	Text:    {"same", "known variant", "same words", "very alike", "most words", "some words", "somewhat alike", "different"},
}

// guessM are the first guesses of m from which learning starts: for each kind the share of true matches by level.
var guessM = [kinds][]float64{
	Given:   {.70, .01, .02, .05, .08, .02, .04, .03, .07},
	Surname: {.75, .01, .05, .08, .02, .02, .03, .05},
	Name:    {.60, .01, .06, .12, .08, .05, .04, .02, .03},
	Date:    {.75, .10, .03, .03, .03, .02, .04},
	Year:    {.85, .04, .05, .03, .03},
	Month:   {.88, .06, .06},
	Day:     {.85, .08, .07},
	Sex:     {.96, .04},
	ID:      {.85, .08, .02, .05},
	Phone:   {.70, .08, .02, .20},
	Place:   {.75, .02, .08, .03, .04, .10},
	Address: {.55, .01, .10, .12, .08, .05, .03, .07},
	Code:    {.75, .10, .05, .03, .07},
	Text:    {.60, .02, .05, .10, .05, .05, .03, .12},
}

// swapped is the level of Given at which given name and surname stand in each other's place; the surname then
// counts as missing.
const swapped = 1

// variant returns the level of two values that are known to stand for each other, same for kinds without one.
func (k Kind) variant() uint8 {
	switch k {
	case Given:
		return 2
	case Surname, Name, Place, Address, Text:
		return 1
	}
	return same
}
