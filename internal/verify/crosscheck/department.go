package crosscheck

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"slices"
	"strings"

	"rightkey/internal/fault"
	"rightkey/internal/table"
	"rightkey/internal/verify/duplicate"
)

// What a department does with a request: it makes a pair of keys once, gives the county the public one, opens what is
// sealed to it and answers with the rows of its list. It needs no database.

// KeyType is the type of the PEM block (RFC 7468) of a department's private key.
const KeyType = "RIGHTKEY DEPARTMENT KEY"

// NewDepartmentKey makes a department's pair of keys: the private one for its file, the public one for counties.
func NewDepartmentKey() (private []byte, public string, err error) {
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, "", err
	}
	return pem.EncodeToMemory(&pem.Block{Type: KeyType, Bytes: key.Bytes()}), base64.StdEncoding.EncodeToString(key.PublicKey().Bytes()), nil
}

// DepartmentKey reads a private key from its file, or returns an Invalid fault.
func DepartmentKey(file []byte) (*ecdh.PrivateKey, error) {
	block, _ := pem.Decode(file)
	if block == nil || block.Type != KeyType {
		return nil, fault.New(fault.Invalid, "this is no private key of a department")
	}
	key, err := ecdh.X25519().NewPrivateKey(block.Bytes)
	if err != nil {
		return nil, fault.New(fault.Invalid, "this is no private key of a department")
	}
	return key, nil
}

// AnswerRequest writes the rows of a department's list that mean somebody of an opened request, each with the token to
// answer under instead of the person, and says how many these are. A row means a person whose number it has unless its
// name is another one's; or, of those who have no number, the one born on its day of whom its name says so for sure. One
// that may mean several is left out. Names are compared as those of duplicates are, over slips and scripts. The county
// alone decides what a row says.
func AnswerRequest(opened, list table.Reader, out func(columns []string) (table.Writer, error)) (answered int, err error) {
	asked, err := newAsked(opened)
	if err != nil {
		return 0, err
	}
	at := newPlaces(list.Header())
	columns := []string{tokenColumn}
	var kept []int
	for i, column := range list.Header() {
		if !slices.Contains([]string{numberColumn, nameColumn, birthColumn, sexColumn, tokenColumn}, column) {
			columns, kept = append(columns, column), append(kept, i)
		}
	}
	if _, named := at[nameColumn]; !named {
		return 0, fault.New(fault.Invalid, "the list has no column %q", nameColumn)
	}
	writer, err := out(columns)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, writer.Close()) }()
	for {
		row, err := list.Next()
		if errors.Is(err, io.EOF) {
			return answered, nil
		}
		if err != nil {
			return answered, err
		}
		token := asked.meant(at.cell(row.Cells, numberColumn), at.cell(row.Cells, nameColumn), at.cell(row.Cells, birthColumn))
		if token == "" {
			continue
		}
		cells := []string{token}
		for _, i := range kept {
			cells = append(cells, row.Cells[i])
		}
		if err := writer.Write(cells); err != nil {
			return answered, err
		}
		answered++
	}
}

// places are the cells of a row by column.
type places map[string]int

func newPlaces(header []string) places {
	at := places{}
	for i, column := range header {
		at[column] = i
	}
	return at
}

func (at places) cell(cells []string, column string) string {
	i, ok := at[column]
	if !ok {
		return ""
	}
	return table.Unharmed(strings.TrimSpace(cells[i]))
}

// asked are the tokens of a request by number, and by birth of those who have no number.
type asked struct {
	numbers map[string]named
	births  map[string][]named
	names   func(a, b string) float64 // evidence that two names are one person's, in bits
}

// named is a token with the name of its person.
type named struct{ name, token string }

func newAsked(opened table.Reader) (asked, error) {
	names, err := duplicate.Names()
	if err != nil {
		return asked{}, err
	}
	a := asked{map[string]named{}, map[string][]named{}, names}
	at := newPlaces(opened.Header())
	for _, column := range RequestColumns {
		if _, ok := at[column]; !ok {
			return a, fault.New(fault.Invalid, "this is no opened request: it has no column %q", column)
		}
	}
	for {
		row, err := opened.Next()
		if errors.Is(err, io.EOF) {
			return a, nil
		}
		if err != nil {
			return a, err
		}
		token, number, name := at.cell(row.Cells, tokenColumn), plainNumber(at.cell(row.Cells, numberColumn)), at.cell(row.Cells, nameColumn)
		if number != "" {
			a.numbers[number] = named{name, token}
		} else if birth := at.cell(row.Cells, birthColumn); birth != "" {
			a.births[birth] = append(a.births[birth], named{name, token})
		}
	}
}

// meant is the token of whom a row means, "" for nobody or for several.
func (a asked) meant(number, name, birth string) string {
	if found, ok := a.numbers[plainNumber(number)]; ok && number != "" {
		if contradicted([]candidate{{number: true, name: a.names(name, found.name)}}) {
			return ""
		}
		return found.token
	}
	born := a.births[birth]
	candidates := make([]candidate, len(born))
	for i, one := range born {
		candidates[i] = candidate{at: i, bits: a.names(name, one.name)}
	}
	if v := decide(candidates, 1); v.outcome == OutcomeMatched {
		return born[v.at].token
	}
	return ""
}

// plainNumber is a number as both sides write it: without blanks and dashes, in capitals.
func plainNumber(text string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(text))
}
