// Package persons makes synthetic registers of rural persons for measuring speed at scale: households of a few
// members in villages, names with the skew of real ones, and a share of persons registered a second time with
// mistyped, changed or missing values. It is for scale, never evidence of accuracy on real people.
package persons

import (
	"math"
	"math/rand/v2"
	"strconv"
)

// Fields of a person, in the order of Person.Values.
var Fields = []string{"given", "surname", "birth", "sex", "village", "phone", "id"}

// Kinds are the kinds of the Fields as the command line writes them.
var Kinds = []string{"given", "surname", "date", "sex", "place", "phone", "id"}

// Person is one record of the register.
type Person struct {
	Values    [7]string
	Household string
	Entity    int // the same for the records of one person
}

// Register makes records one after the other.
type Register struct {
	random    *rand.Rand
	seed      uint64
	originals int // persons; the rest of the records repeat some of them
	size      int
	made      int
}

// NewRegister makes a register of size records of which the given share are second registrations.
func NewRegister(size int, repeated float64, seed uint64) *Register {
	return &Register{seed: seed, size: size, originals: size - int(float64(size)*repeated)}
}

// Next returns the next record, false after the last.
func (r *Register) Next() (Person, bool) {
	if r.made == r.size {
		return Person{}, false
	}
	n := r.made
	r.made++
	if n < r.originals {
		return r.person(n), true
	}
	again := r.person(rand.New(rand.NewPCG(r.seed, uint64(n))).IntN(r.originals))
	r.random = rand.New(rand.NewPCG(r.seed^1, uint64(n)))
	r.distort(&again)
	again.Household = strconv.Itoa(r.originals + n)
	return again, true
}

// Skip goes on to record n, counted from 0, if it is not beyond it, and returns the number of the next record.
func (r *Register) Skip(n int) int {
	r.made = max(r.made, min(n, r.size))
	return r.made
}

// householdSize is the number of records of a household: persons n*householdSize and on belong together.
const householdSize = 4

// person makes the nth person. It depends on n and the seed alone, so that a person can be made again.
func (r *Register) person(n int) Person {
	household := n / householdSize
	shared := rand.New(rand.NewPCG(r.seed+2, uint64(household)))
	village := household / 60
	own := rand.New(rand.NewPCG(r.seed+3, uint64(n)))
	p := Person{Entity: n, Household: strconv.Itoa(household)}
	// Half of a village's families bear one of its own few surnames.
	surname := skewed(shared, 400)
	if shared.IntN(2) == 0 {
		surname = (village*31 + shared.IntN(4)) % 400
	}
	p.Values[0] = word(skewed(own, 60_000)*7 + 11)
	p.Values[1] = word(surname*13 + 5)
	year := 1930 + own.IntN(85)
	p.Values[2] = date(year, 1+own.IntN(12), 1+own.IntN(28))
	p.Values[3] = []string{"m", "f"}[own.IntN(2)]
	p.Values[4] = strconv.Itoa(100_000_000_000 + village/200*1_000_000 + village%200/12*1000 + village%12)
	if shared.IntN(10) < 8 {
		p.Values[5] = strconv.Itoa(3_000_000_000 + shared.IntN(999_999_999))
	}
	if own.IntN(10) < 7 {
		p.Values[6] = strconv.Itoa(100_000_000_000 + own.IntN(899_999_999_999))
	}
	return p
}

// skewed draws a rank below n so that low ranks are common, as names are.
func skewed(random *rand.Rand, n int) int {
	return min(n-1, int(math.Exp(random.Float64()*math.Log(float64(n)))))
}

func date(year, month, day int) string {
	return strconv.Itoa(year*10_000 + month*100 + day)
}

var (
	heads = []string{"b", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "sh", "ch", "kh", "y"}
	tails = []string{"a", "i", "u", "o", "e", "an", "in", "un", "am", "ar", "ai", "ad", "as", "il", "ur", "eb"}
)

// word writes a number as syllables.
func word(n int) string {
	s := ""
	n += len(heads) * len(tails)
	for n > 0 {
		syllable := n % (len(heads) * len(tails))
		s += heads[syllable%len(heads)] + tails[syllable/len(heads)]
		n /= len(heads) * len(tails)
	}
	return s
}

// distort makes the mistakes of a second registration.
func (r *Register) distort(p *Person) {
	chance := func(percent int) bool { return r.random.IntN(100) < percent }
	if chance(25) {
		p.Values[0] = r.slip(p.Values[0], "aeioubdgklmnrst")
	}
	if chance(10) {
		p.Values[1] = r.slip(p.Values[1], "aeioubdgklmnrst")
	}
	if chance(15) {
		p.Values[2] = p.Values[2][:4] + r.slip(p.Values[2][4:], "0123456789")
	}
	if chance(2) {
		p.Values[3] = "m"
	}
	if chance(15) {
		p.Values[4] = strconv.Itoa(100_000_000_000 + r.random.IntN(r.originals/240/200+1)*1_000_000 + r.random.IntN(16)*1000 + r.random.IntN(12))
	}
	if chance(40) {
		p.Values[5] = strconv.Itoa(3_000_000_000 + r.random.IntN(999_999_999))
	}
	switch {
	case chance(40):
		p.Values[6] = ""
	case chance(10) && p.Values[6] != "":
		p.Values[6] = r.slip(p.Values[6], "0123456789")
	}
}

// slip replaces, drops, doubles or swaps one letter. A word keeps its length where it is a date.
func (r *Register) slip(s, letters string) string {
	at := r.random.IntN(len(s))
	letter := letters[r.random.IntN(len(letters))]
	if kind := r.random.IntN(3); kind == 0 && at > 0 {
		return s[:at-1] + s[at:at+1] + s[at-1:at] + s[at+1:]
	} else if kind == 1 && letters[0] != '0' {
		return s[:at] + s[at+1:]
	}
	return s[:at] + string(letter) + s[at+1:]
}
