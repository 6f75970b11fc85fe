package i18n

import (
	"math"
	"strconv"
	"strings"
	"time"

	"rightkey/internal/clock"
	"rightkey/internal/money"
)

// Unknown is written for a number that is not known (NaN): unknown is never 0.
const Unknown = "–"

// Number writes a whole number with its thousands grouped.
func Number(lang Lang, number int64) string { return catalog().book(lang).integer(number) }

// Decimal writes a number with the given digits after the point, rounded half to even; Unknown for NaN.
func Decimal(lang Lang, number float64, digits int) string {
	if math.IsNaN(number) {
		return Unknown
	}
	return catalog().book(lang).localize(strconv.FormatFloat(number, 'f', digits, 64))
}

// Percent writes a ratio (0.5 for a half) as a percentage with the given digits after the point; Unknown for NaN.
func Percent(lang Lang, ratio float64, digits int) string {
	if math.IsNaN(ratio) {
		return Unknown
	}
	return strings.Replace(catalog().book(lang).meta.Percent, "#", Decimal(lang, ratio*100, digits), 1)
}

// Money writes an amount in major units with the decimals of its currency and without its code, which stands in the
// head of the table or beside the field.
func Money(lang Lang, amount money.Amount) string {
	return catalog().book(lang).localize(amount.Plain())
}

// Day writes a day, for example 31 Dec 2014; as 2014-12-31 in a language that the program does not speak.
func Day(lang Lang, day clock.Day) string {
	if !Known(lang) {
		return day.String()
	}
	return catalog().book(lang).day(day)
}

// Moment writes a moment as day, hour and minute in UTC.
func Moment(lang Lang, at clock.Time) string { return MomentIn(lang, at, time.UTC) }

// MomentIn writes a moment as day, hour and minute in the zone.
func MomentIn(lang Lang, at clock.Time, zone *time.Location) string {
	b := catalog().book(lang)
	return b.day(at.Day(zone)) + " " + b.own(at.Go().In(zone).Format("15:04"))
}

func (b *book) day(on clock.Day) string {
	year, month, day := on.Civil()
	return strings.NewReplacer(
		"{d}", b.own(strconv.Itoa(day)),
		"{month}", b.meta.Months[month-1],
		"{m}", b.own(strconv.Itoa(month)),
		"{yyyy}", b.own(strconv.Itoa(year)),
	).Replace(b.meta.Day)
}

func (b *book) integer(number int64) string { return b.localize(strconv.FormatInt(number, 10)) }

// localize groups and writes in the language's signs a number in ASCII, for example -1234.50.
func (b *book) localize(number string) string {
	whole, fraction, hasFraction := strings.Cut(number, ".")
	sign := ""
	if rest, negative := strings.CutPrefix(whole, "-"); negative {
		sign, whole = "−", rest
	}
	if strings.Trim(whole+fraction, "0123456789") != "" { // an infinity
		return number
	}
	var out strings.Builder
	out.WriteString(sign)
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			out.WriteString(b.meta.Group)
		}
		out.WriteByte(whole[i])
	}
	if hasFraction {
		out.WriteString(b.meta.Decimal + fraction)
	}
	return b.own(out.String())
}

// own replaces ASCII digits by the language's own.
func (b *book) own(text string) string {
	if b.digits == nil {
		return text
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return b.digits[r-'0']
		}
		return r
	}, text)
}

// pseudoLetters replaces letters by accented ones.
var pseudoLetters = strings.NewReplacer("a", "á", "e", "é", "i", "î", "o", "ö", "u", "ü", "c", "ç", "n", "ñ", "s", "š",
	"A", "Å", "E", "É", "I", "Î", "O", "Ö", "U", "Û", "C", "Ç", "N", "Ñ", "S", "Š")

// pseudo makes the pseudo-language of an English message.
func pseudo(text string) string {
	return "[" + pseudoLetters.Replace(text) + strings.Repeat("·", len(text)/3) + "]"
}
