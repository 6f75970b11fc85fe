package area

import (
	"encoding/json"
	"strings"

	"golang.org/x/text/unicode/norm"

	"rightkey/internal/clock"
	"rightkey/internal/i18n"
)

// Area is one administrative area as it stands today.
type Area struct {
	Key    int64
	Level  int
	Parent int64 // key of the area around it, 0 at the first level
	Code   string
	Name   string
	// Names holds the name in other languages, by language code.
	Names i18n.Text
	// Lat and Lon are degrees (WGS 84) of a point in the area, nil if unknown.
	Lat, Lon *float64
	From     clock.Day
	To       *clock.Day // last day, nil while it exists
	Ver      int64
}

// Label is the name in a language, in the local language where there is no other.
func (a Area) Label(lang i18n.Lang) string {
	if name := a.Names[lang]; name != "" {
		return name
	}
	return a.Name
}

// Past is a code and name that an area had.
type Past struct {
	Code, Name string
	Names      i18n.Text
	From, To   clock.Day
}

// fold makes names comparable for search: compatibility forms, lower case, single blanks.
func fold(text string) string {
	return strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(text))), " ")
}

// folded is what search looks through: code, name and every other name.
func folded(code, name string, names i18n.Text) string {
	parts := []string{fold(name), fold(code)}
	for _, lang := range sortedLangs(names) {
		parts = append(parts, fold(names[lang]))
	}
	return strings.Join(parts, "\n")
}

func encodeNames(names i18n.Text) string {
	if len(names) == 0 {
		return ""
	}
	text, err := json.Marshal(names)
	if err != nil { // a map of strings always encodes
		panic(err)
	}
	return string(text)
}

func decodeNames(text string) (i18n.Text, error) {
	if text == "" {
		return nil, nil
	}
	var names i18n.Text
	err := json.Unmarshal([]byte(text), &names)
	return names, err
}
