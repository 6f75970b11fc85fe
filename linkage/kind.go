package linkage

import (
	"fmt"
	"strings"
)

// Kind says what a column holds; it decides how values are normalised, compared and used for blocking.
type Kind uint8

// The kinds of column.
const (
	Given   Kind = iota // given name or names
	Surname             // family name, or father's or husband's name
	Name                // full name in any order
	Date                // calendar date, such as the date of birth
	Year
	Month
	Day
	Sex
	ID      // number issued by an authority
	Phone   // telephone number
	Place   // village, town, district, by name or hierarchical code
	Address // street address
	Code    // postcode or other short code
	Text    // anything else
	kinds
)

var kindNames = [kinds]string{
	"given", "surname", "name", "date", "year", "month", "day", "sex", "id", "phone", "place", "address", "code", "text",
}

// String returns the word that the command line and the model file use.
func (k Kind) String() string { return kindNames[k] }

// ParseKind reads a kind from its word.
func ParseKind(word string) (Kind, error) {
	for k, name := range kindNames {
		if name == word {
			return Kind(k), nil
		}
	}
	return 0, fmt.Errorf("unknown kind %q, want one of %s", word, strings.Join(kindNames[:], ", "))
}

// Field is a column to compare.
type Field struct {
	Name string
	Kind Kind
}

// ParseField reads COLUMN:KIND; the column name may itself contain colons.
func ParseField(s string) (Field, error) {
	at := strings.LastIndexByte(s, ':')
	if at <= 0 {
		return Field{}, fmt.Errorf("field %q: want COLUMN:KIND", s)
	}
	kind, err := ParseKind(s[at+1:])
	if err != nil {
		return Field{}, fmt.Errorf("field %q: %w", s, err)
	}
	return Field{Name: s[:at], Kind: kind}, nil
}
