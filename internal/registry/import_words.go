package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/journal"
	"rightkey/internal/policy"
	"rightkey/internal/store"
	"rightkey/internal/table"
)

// A column with at most mostWords different texts of at most longestWord characters holds codes or words that can be
// translated one by one.
const (
	mostWords   = 60
	longestWord = 60
)

// encodeStaged writes a row's cells as staging holds them: the list of cells, or cells and the columns of formulas.
func encodeStaged(row table.Row) ([]byte, error) {
	if len(row.Formulas) == 0 {
		return json.Marshal(row.Cells)
	}
	return json.Marshal(stagedRow{row.Cells, row.Formulas})
}

type stagedRow struct {
	Cells    []string `json:"cells"`
	Formulas []int    `json:"formulas"`
}

func decodeStaged(body []byte) (cells []string, formulas []int, err error) {
	if len(body) > 0 && body[0] == '{' {
		var row stagedRow
		err = json.Unmarshal(body, &row)
		return row.Cells, row.Formulas, err
	}
	err = json.Unmarshal(body, &cells)
	return cells, nil, err
}

// noteFormulas mentions the columns in use of which a formula made the value.
func (r *reader) noteFormulas(p *parsed, header []string, formulas []int) {
	var names []string
	for _, column := range formulas {
		if column < len(header) && r.uses(column) {
			names = append(names, header[column])
		}
	}
	if len(names) > 0 {
		p.note(names[0], "formula", "columns", strings.Join(names, ", "))
	}
}

// uses says whether a column of the file goes anywhere.
func (r *reader) uses(column int) bool {
	return slices.Contains([]int{r.key, r.household, r.area, r.version, r.year}, column) ||
		slices.ContainsFunc(r.targets, func(t target) bool { return t.column == column })
}

// wordCollector keeps the different texts of each column until they are too many.
type wordCollector struct {
	header []string
	words  []map[string]bool // nil once a column has too many
}

func newWordCollector(header []string) *wordCollector {
	c := &wordCollector{header: header, words: make([]map[string]bool, len(header))}
	for i := range c.words {
		c.words[i] = map[string]bool{}
	}
	return c
}

func (c *wordCollector) add(cells []string) {
	for i, text := range cells {
		if i >= len(c.words) || c.words[i] == nil {
			continue
		}
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		c.words[i][text] = true
		if len(c.words[i]) > mostWords || utf8.RuneCountInString(text) > longestWord {
			c.words[i] = nil
		}
	}
}

// seal writes the words under the import's key.
func (c *wordCollector) seal(key crypt.DataKey, im int64) ([]byte, error) {
	few := map[string][]string{}
	for i, words := range c.words {
		if len(words) > 0 {
			few[c.header[i]] = slices.Sorted(maps.Keys(words))
		}
	}
	text, err := json.Marshal(few)
	if err != nil {
		return nil, err
	}
	return crypt.Seal(key, text, wordsPlace(im)), nil
}

func wordsPlace(im int64) crypt.Place {
	return crypt.Place{Table: "import", Column: "words", Row: im}
}

// Words returns, of an import's columns that hold few different texts, these texts in order. There are none once the
// import was applied.
func (s *Service) Words(ctx context.Context, scope access.Scope, im Import) (map[string][]string, error) {
	var sealed []byte
	err := store.One(ctx, s.db.In(scope), "SELECT coalesce(words, $2) FROM import WHERE {checked} AND id = $1", []any{im.ID, []byte{}}, &sealed)
	if err != nil || len(sealed) == 0 {
		return nil, err
	}
	key, err := s.keys.Of(ctx, 0, im.ID)
	if errors.Is(err, journal.ErrErased) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open the words of an import: %w", err)
	}
	text, err := crypt.Open(key, sealed, wordsPlace(im.ID))
	if err != nil {
		return nil, fmt.Errorf("open the words of an import: %w", err)
	}
	words := map[string][]string{}
	err = json.Unmarshal(text, &words)
	return words, err
}

// Coded returns the item that a target of a mapping names, if its values are answers of a list, yes or no: those that
// a file may write in words of its own.
func (m Mapping) Coded(pack *policy.Pack, to string) (*policy.Item, bool) {
	subject, code := m.Subject, to
	if other, rest, dotted := strings.Cut(to, "."); dotted {
		subject, code = other, rest
	}
	item, ok := pack.Item(subject, code)
	if !ok && subject == SubjectHousehold {
		item, ok = pack.Item(SubjectDwelling, code)
	}
	return item, ok && (item.Kind == policy.Choice || item.Kind == policy.Multi || item.Kind == policy.Bool)
}
