package linkage

import (
	"strings"
	"unicode"

	"rightkey/linkage/script"
)

// keyWords are names of columns that number rows or already hold the answer.
var keyWords = map[string]bool{
	"id": true, "rec id": true, "record id": true, "unique id": true, "uuid": true, "row": true, "index": true, "cluster": true,
	"cluster id": true, "entity": true, "entity id": true, "label": true, "ground truth": true, "truth": true, "group": true,
	"household id": true, "hh id": true, "source dataset": true, "person id": true, "recid": true, "rowid": true,
}

// Guess finds the columns worth comparing and their kinds from names and from a sample of rows. Columns that number
// the rows, that never vary or that are mostly empty are left out, unless no others are there. At most as many columns are returned as can be
// compared.
func Guess(header []string, sample [][]string) []Field {
	if fields := guess(header, sample, varies); len(fields) > 0 {
		return fields
	}
	return guess(header, sample, func(values []string) bool { return len(values) > 0 })
}

// guess is Guess over the columns whose values are worth it.
func guess(header []string, sample [][]string, worth func(values []string) bool) []Field {
	var fields []Field
	for i, name := range header {
		values := columnOf(sample, i)
		words := headerPhrase(name)
		if keyWords[words] || !worth(values) {
			continue
		}
		kind, known := kindOfHeader(words)
		if !known {
			kind, known = kindOfValues(values, len(sample))
		}
		if known && len(fields) < mostFields {
			fields = append(fields, Field{Name: name, Kind: kind})
		}
	}
	return fields
}

func columnOf(rows [][]string, i int) []string {
	var values []string
	for _, row := range rows {
		if i < len(row) && !isBlank(strings.TrimSpace(row[i])) {
			values = append(values, strings.TrimSpace(row[i]))
		}
	}
	return values
}

func varies(values []string) bool {
	for _, v := range values {
		if v != values[0] {
			return true
		}
	}
	return false
}

// headerPhrase splits a column name into lower-case words, at capitals too, and leaves out numbers.
func headerPhrase(name string) string {
	var out strings.Builder
	lower := false
	for _, c := range name {
		if unicode.IsUpper(c) && lower {
			out.WriteByte(' ')
		}
		lower = unicode.IsLower(c)
		if unicode.IsDigit(c) {
			c = ' '
		}
		out.WriteRune(c)
	}
	return strings.Join(strings.Fields(script.Fold(out.String())), " ")
}

// kindOfHeader looks for the phrases in the name, whole names first, then longer phrases before shorter ones.
func kindOfHeader(phrase string) (Kind, bool) {
	if strings.Contains(phrase, "surname") && (strings.Contains(phrase, "first") || strings.Contains(phrase, "given")) {
		return Name, true
	}
	if together := strings.ReplaceAll(phrase, " ", ""); together != phrase && len(together) <= 4 {
		phrase = together // D.O.B.
	}
	best, found, length := Text, false, 0
	for _, entry := range headerWords {
		for _, words := range entry.words {
			if words == phrase {
				return entry.kind, true
			}
			if len(words) > length && contains(phrase, words) {
				best, found, length = entry.kind, true, len(words)
			}
		}
	}
	return best, found
}

// contains says whether a column name holds a phrase: as whole words, or anywhere where words are not spaced.
func contains(phrase, words string) bool {
	if script.IsHan(words) {
		return strings.Contains(phrase, words)
	}
	return len(words) > 2 && strings.Contains(" "+phrase+" ", " "+words+" ")
}

// kindOfValues judges a column by what most of its values look like; a column of which every value is different
// tells nothing unless it is a number.
func kindOfValues(values []string, rows int) (Kind, bool) {
	if 5*len(values) < rows {
		return Text, false
	}
	distinct := map[string]bool{}
	dates, digits, long := 0, 0, 0
	for _, v := range values {
		distinct[v] = true
		if len(v) >= 8 && len(v) <= 19 && normaliseDate(v) != "" {
			dates++
		}
		if isDigits(script.FoldNumber(v)) {
			digits++
			if len(v) >= 6 {
				long++
			}
		}
	}
	most := len(values) * 9 / 10
	switch {
	case len(distinct) == len(values) && len(values) > 20:
		return Text, false
	case dates > most:
		return Date, true
	case long > most:
		return ID, true
	case digits > most:
		return Code, true
	}
	return Text, true
}
