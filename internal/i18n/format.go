package i18n

import (
	"math"
	"strconv"
	"strings"
	"time"
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

// Day writes a day, counted from 1970-01-01, for example 31 Dec 2014.
func Day(lang Lang, epochDay int64) string {
	return catalog().book(lang).day(time.Unix(epochDay*86400, 0).UTC())
}

// Moment writes a time, UTC microseconds since 1970-01-01, as day, hour and minute in UTC.
func Moment(lang Lang, usec int64) string { return MomentIn(lang, usec, time.UTC) }

// MomentIn writes a time, UTC microseconds since 1970-01-01, as day, hour and minute in the zone.
func MomentIn(lang Lang, usec int64, zone *time.Location) string {
	b := catalog().book(lang)
	at := time.UnixMicro(usec).In(zone)
	return b.day(at) + " " + b.own(at.Format("15:04"))
}

func (b *book) day(at time.Time) string {
	return strings.NewReplacer(
		"{d}", b.own(strconv.Itoa(at.Day())),
		"{month}", b.meta.Months[at.Month()-1],
		"{m}", b.own(strconv.Itoa(int(at.Month()))),
		"{yyyy}", b.own(strconv.Itoa(at.Year())),
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
