// Package money counts money in whole minor units of a currency (fen, paisa, sen) in an int64, so that sums are
// exact. Every operation that could overflow, mix currencies or lose a fraction says so; rounding happens only where
// a Rounding is named. The number of decimals of a currency is that of ISO 4217.
package money

import (
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/govalues/decimal"

	"rightkey/internal/fault"
)

// Amount is so many minor units of a currency, an ISO 4217 code: {123450, "CNY"} is 1234.50.
type Amount struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}

// exponents are the ISO 4217 currencies whose number of decimals is not 2.
var exponents = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
	"UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
	"CLF": 4, "UYW": 4,
}

var powers = [...]int64{1, 10, 100, 1000, 10000}

// Decimals returns how many decimals the currency has; the error is of kind invalid where currency is not three
// capital letters.
func Decimals(currency string) (int, error) {
	if len(currency) != 3 || strings.Trim(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return 0, fault.New(fault.Invalid, "%q is not a currency code", currency)
	}
	if decimals, ok := exponents[currency]; ok {
		return decimals, nil
	}
	return 2, nil
}

// Parse reads an amount in major units as people write it: 1234.5, 1,234.50, 1,23,456, -0.05. It refuses (kind
// invalid) more decimals than the currency has, groups that are not two or three digits, exponents, and numbers
// that an Amount cannot hold.
func Parse(text, currency string) (Amount, error) {
	decimals, err := Decimals(currency)
	if err != nil {
		return Amount{}, err
	}
	digits, negative := strings.CutPrefix(strings.TrimSpace(text), "-")
	whole, fraction, point := strings.Cut(digits, ".")
	whole, ok := ungroup(whole)
	if !ok || point && fraction == "" || strings.Trim(fraction, "0123456789") != "" {
		return Amount{}, fault.New(fault.Invalid, "%q is not an amount of money", text)
	}
	if len(fraction) > decimals {
		return Amount{}, fault.New(fault.Invalid, "%q has %d decimals, %s has %d", text, len(fraction), currency, decimals)
	}
	signed := whole + fraction + strings.Repeat("0", decimals-len(fraction))
	if negative {
		signed = "-" + signed
	}
	minor, err := strconv.ParseInt(signed, 10, 64)
	if err != nil {
		return Amount{}, overflow("%q", text)
	}
	return Amount{minor, currency}, nil
}

// ungroup removes the commas between groups: the last group has three digits, those before it two or three, the
// first at least one and no comma at all is right too.
func ungroup(whole string) (string, bool) {
	groups := strings.Split(whole, ",")
	for i, group := range groups {
		size := len(group)
		wrong := size == 0 || strings.Trim(group, "0123456789") != ""
		switch {
		case len(groups) == 1:
		case i == 0:
			wrong = wrong || size > 3
		case i == len(groups)-1:
			wrong = wrong || size != 3
		default:
			wrong = wrong || size != 2 && size != 3
		}
		if wrong {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

// Plain returns the amount in major units with all decimals of its currency and without the code: -1234.50.
func (a Amount) Plain() string {
	decimals, err := Decimals(a.Currency)
	if err != nil {
		decimals = 0 // the zero Amount has no currency and no decimals
	}
	if decimals == 0 {
		return strconv.FormatInt(a.Minor, 10)
	}
	sign, size := "", magnitude(a.Minor)
	if a.Minor < 0 {
		sign = "-"
	}
	digits := strconv.FormatUint(size, 10)
	if missing := decimals + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	return sign + digits[:len(digits)-decimals] + "." + digits[len(digits)-decimals:]
}

// String returns the amount with its currency: 1234.50 CNY.
func (a Amount) String() string { return strings.TrimSpace(a.Plain() + " " + a.Currency) }

// Major returns the amount in major units as a float, for statistics; never compute money with it.
func (a Amount) Major() float64 {
	decimals, err := Decimals(a.Currency)
	if err != nil {
		decimals = 0
	}
	return float64(a.Minor) / float64(powers[decimals])
}

// Add returns a + b; kind invalid for different currencies or a sum that an Amount cannot hold.
func (a Amount) Add(b Amount) (Amount, error) {
	if err := a.same(b); err != nil {
		return Amount{}, err
	}
	sum := a.Minor + b.Minor
	if (sum > a.Minor) != (b.Minor > 0) {
		return Amount{}, overflow("%s + %s", a, b)
	}
	return Amount{sum, a.Currency}, nil
}

// Sub returns a − b; kind invalid as for Add.
func (a Amount) Sub(b Amount) (Amount, error) {
	if err := a.same(b); err != nil {
		return Amount{}, err
	}
	difference := a.Minor - b.Minor
	if (difference < a.Minor) != (b.Minor > 0) {
		return Amount{}, overflow("%s - %s", a, b)
	}
	return Amount{difference, a.Currency}, nil
}

// Sum adds amounts of the currency; nothing sums to zero of it.
func Sum(currency string, amounts ...Amount) (Amount, error) {
	total := Amount{0, currency}
	var err error
	for _, amount := range amounts {
		if total, err = total.Add(amount); err != nil {
			return Amount{}, err
		}
	}
	return total, nil
}

// Cmp returns -1, 0 or 1 as a is less than, equal to or more than b; kind invalid for different currencies.
func (a Amount) Cmp(b Amount) (int, error) {
	if err := a.same(b); err != nil {
		return 0, err
	}
	switch {
	case a.Minor < b.Minor:
		return -1, nil
	case a.Minor > b.Minor:
		return 1, nil
	}
	return 0, nil
}

func (a Amount) same(b Amount) error {
	if a.Currency != b.Currency {
		return fault.New(fault.Invalid, "%s and %s are of different currencies", a, b)
	}
	return nil
}

// Rounding says what happens to the fraction of a minor unit.
type Rounding string

// The ways of rounding.
const (
	HalfEven Rounding = "half_even" // to the nearest, a half to the even neighbour
	HalfUp   Rounding = "half_up"   // to the nearest, a half away from zero
	Down     Rounding = "down"      // towards zero
	Up       Rounding = "up"        // away from zero
	Floor    Rounding = "floor"     // towards minus infinity
	Ceiling  Rounding = "ceiling"   // towards plus infinity
)

// Times returns a × rate, computed exactly and rounded once to whole minor units.
func (a Amount) Times(rate decimal.Decimal, rounding Rounding) (Amount, error) {
	unit := uint64(1)
	for range rate.Scale() {
		unit *= 10 // a scale is at most 19, and 10^19 fits
	}
	negative := (a.Minor < 0) != rate.IsNeg()
	high, low := bits.Mul64(magnitude(a.Minor), rate.Coef())
	if high >= unit {
		return Amount{}, overflow("%s × %s", a, rate)
	}
	whole, rest := bits.Div64(high, low, unit)
	away, err := rounding.away(negative, whole, rest, unit)
	if err != nil {
		return Amount{}, err
	}
	if away {
		whole++ // cannot wrap: high < unit and a rest leave whole below 2^64-1
	}
	minor, ok := signed(whole, negative)
	if !ok {
		return Amount{}, overflow("%s × %s", a, rate)
	}
	return Amount{minor, a.Currency}, nil
}

// away says whether whole + rest/unit is rounded to whole + 1 in magnitude.
func (r Rounding) away(negative bool, whole, rest, unit uint64) (bool, error) {
	half := rest > unit-rest // more than a half
	tie := rest != 0 && rest == unit-rest
	switch r {
	case HalfEven:
		return half || tie && whole%2 == 1, nil
	case HalfUp:
		return half || tie, nil
	case Down:
		return false, nil
	case Up:
		return rest > 0, nil
	case Floor:
		return rest > 0 && negative, nil
	case Ceiling:
		return rest > 0 && !negative, nil
	}
	return false, fault.New(fault.Invalid, "%q is not a way of rounding", r)
}

// Allocate divides a in proportion to the weights so that the parts sum to a exactly: each gets its share rounded
// towards zero, and the minor units left over go one each to the largest remainders, the earlier first among equals
// (Hamilton's method). Kind invalid without a positive weight, with a negative one, or if their sum overflows.
func (a Amount) Allocate(weights []int64) ([]Amount, error) {
	total := uint64(0)
	for i, weight := range weights {
		if weight < 0 {
			return nil, fault.New(fault.Invalid, "weight %d of the allocation is negative", i+1)
		}
		if total += uint64(weight); total > math.MaxInt64 {
			return nil, overflow("the sum of the weights of an allocation")
		}
	}
	if total == 0 {
		return nil, fault.New(fault.Invalid, "an allocation needs a positive weight")
	}
	parts := make([]Amount, len(weights))
	remainders := make([]uint64, len(weights))
	order := make([]int, len(weights))
	size, given, step := magnitude(a.Minor), uint64(0), int64(1)
	if a.Minor < 0 {
		step = -1
	}
	for i, weight := range weights {
		high, low := bits.Mul64(size, uint64(weight))
		share, rest := bits.Div64(high, low, total) // high < total, because weight <= total
		remainders[i], order[i] = rest, i
		given += share
		parts[i] = Amount{int64(share) * step, a.Currency}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case remainders[i] > remainders[j]:
			return -1
		case remainders[i] < remainders[j]:
			return 1
		}
		return 0
	})
	for _, i := range order[:size-given] {
		parts[i].Minor += step
	}
	return parts, nil
}

func magnitude(minor int64) uint64 {
	if minor < 0 {
		return -uint64(minor)
	}
	return uint64(minor)
}

func signed(size uint64, negative bool) (int64, bool) {
	if negative {
		return int64(-size), size <= 1<<63
	}
	return int64(size), size <= math.MaxInt64
}

func overflow(format string, args ...any) error {
	return fault.New(fault.Invalid, format+" is more than an amount of money can hold", args...)
}
