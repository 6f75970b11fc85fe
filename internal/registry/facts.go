package registry

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/crypt"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// sealedMark begins a secret value in a facts document; what follows is sealed under the subject's key.
const sealedMark = "sealed:"

// document is the stored facts of a subject's form section. A yearly section has one document a year.
type document struct {
	Section string
	Year    int // 0 for a section that is not yearly
	Ver     int64
	Facts   policy.Facts
}

// key is the section as it is stored.
func (d document) key() string {
	if d.Year == 0 {
		return d.Section
	}
	return d.Section + "@" + strconv.Itoa(d.Year)
}

func splitSection(key string) (string, int) {
	section, year, yearly := strings.Cut(key, "@")
	if !yearly {
		return section, 0
	}
	n, err := strconv.Atoi(year)
	if err != nil {
		return key, 0
	}
	return section, n
}

// documents are the stored facts of one subject: the sections that are not yearly, and every year of the yearly ones.
type documents []document

// documents reads the facts of a subject whose household was found in scope. A document in which nothing is known is
// as good as none and left out.
func (s *Service) documents(ctx context.Context, scope access.Scope, home, subject int64, key func() (crypt.DataKey, error)) (documents, error) {
	all, err := s.documentsOf(ctx, scope, home, []int64{subject}, func(int64) (crypt.DataKey, error) { return key() })
	return all[subject], err
}

// documentsAtOnce is of how many subjects one statement reads the facts.
const documentsAtOnce = 256

// documentsOf is documents of some subjects of a home; key is that of a subject.
func (s *Service) documentsOf(ctx context.Context, scope access.Scope, home int64, subjects []int64, key func(subject int64) (crypt.DataKey, error)) (map[int64]documents, error) {
	type row struct {
		subject, ver  int64
		section, body string
	}
	all := make(map[int64]documents, len(subjects))
	for some := range slices.Chunk(subjects, documentsAtOnce) {
		ids := store.Padded(some)
		rows, err := store.All(ctx, s.db.In(scope), "SELECT subject, section, ver, body FROM facts WHERE {checked} AND home = $1 AND subject IN ("+store.In(2, len(ids))+") ORDER BY subject, section",
			append([]any{home}, ids...), func(r store.Rows, row *row) error { return r.Scan(&row.subject, &row.section, &row.ver, &row.body) })
		if err != nil {
			return nil, fmt.Errorf("read facts: %w", err)
		}
		for _, row := range rows {
			d := document{Ver: row.ver}
			d.Section, d.Year = splitSection(row.section)
			if d.Facts, err = decodeFacts([]byte(row.body), row.subject, func() (crypt.DataKey, error) { return key(row.subject) }); err != nil {
				return nil, fmt.Errorf("facts %s of subject %d: %w", row.section, row.subject, err)
			}
			if d.known() {
				all[row.subject] = append(all[row.subject], d)
			}
		}
	}
	return all, nil
}

// of are the documents that an answer given for a day belongs to: of a yearly section only that year's.
func (all documents) of(on clock.Day) documents {
	y, _, _ := on.Civil()
	return all.ofYear(y)
}

func (all documents) ofYear(y int) documents {
	return slices.DeleteFunc(slices.Clone(all), func(d document) bool { return d.Year != 0 && d.Year != y })
}

// near are, of each yearly section, the latest year's answers that are not of a later year than y, and the earliest
// of a section that has only later ones. Answers of different years are never mixed within a section.
func (all documents) near(y int) documents {
	chosen := map[string]int{}
	for _, d := range all {
		if !d.known() {
			continue
		}
		known, met := chosen[d.Section]
		if !met || (d.Year <= y && (known > y || d.Year > known)) || (d.Year > y && known > y && d.Year < known) {
			chosen[d.Section] = d.Year
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(d document) bool { return d.Year != chosen[d.Section] })
}

// known says whether the document answers anything.
func (d document) known() bool {
	for _, value := range d.Facts {
		if value != nil {
			return true
		}
	}
	return false
}

// latest are the documents that stand for the present: of each yearly section the latest year that has answers.
func (all documents) latest() documents { return all.near(math.MaxInt) }

// flat puts the documents' facts together.
func (all documents) flat() policy.Facts {
	facts := policy.Facts{}
	for _, d := range all {
		maps.Copy(facts, d.Facts)
	}
	return facts
}

// years are the years of the yearly sections, by section; of several years the last one counts.
func (all documents) years() map[string]int {
	years := map[string]int{}
	for _, d := range all {
		if d.Year != 0 {
			years[d.Section] = max(years[d.Section], d.Year)
		}
	}
	return years
}

// put merges answers into their document, which it opens where there is none, and returns the document.
func (all *documents) put(part document) document {
	for _, d := range *all {
		if d.key() == part.key() {
			maps.Copy(d.Facts, part.Facts)
			return d
		}
	}
	*all = append(*all, part)
	return part
}

// encodeFacts writes a document with its secret values sealed.
func encodeFacts(facts policy.Facts, subject int64, secret func(code string) bool, key crypt.DataKey) (string, error) {
	stored := make(map[string]any, len(facts))
	for code, value := range facts {
		if value == nil {
			continue // unknown
		}
		if secret(code) {
			text, err := json.Marshal(value)
			if err != nil {
				return "", err
			}
			value = sealedMark + base64.StdEncoding.EncodeToString(crypt.Seal(key, text, factPlace(subject, code)))
		}
		stored[code] = value
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(stored); err != nil {
		return "", err
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

func factPlace(subject int64, code string) crypt.Place {
	return crypt.Place{Table: "facts", Column: code, Row: subject}
}

// decodeFacts reads a document into canonical values (see policy.Value), opening secret ones.
func decodeFacts(body []byte, subject int64, key func() (crypt.DataKey, error)) (policy.Facts, error) {
	facts := policy.Facts{}
	if err := policy.DecodeJSON(body, &facts); err != nil {
		return nil, err
	}
	for code, value := range facts {
		text, isText := value.(string)
		if isText && strings.HasPrefix(text, sealedMark) {
			opened, err := openFact(text, subject, code, key)
			if err != nil {
				return nil, err
			}
			value = opened
		}
		facts[code] = policy.Canonical(value)
	}
	return facts, nil
}

func openFact(text string, subject int64, code string, key func() (crypt.DataKey, error)) (any, error) {
	sealed, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, sealedMark))
	if err != nil {
		return nil, err
	}
	k, err := key()
	if err != nil {
		return nil, err
	}
	plain, err := crypt.Open(k, sealed, factPlace(subject, code))
	if err != nil {
		return nil, err
	}
	var value any
	err = policy.DecodeJSON(plain, &value)
	return value, err
}

// bySection sorts facts into the documents of the pack's form sections; year is that of the yearly ones.
func bySection(pack *policy.Pack, subject string, facts policy.Facts, year int) []document {
	grouped := map[string]*document{}
	for code, value := range facts {
		item, ok := pack.Item(subject, code)
		if !ok || item.Core {
			continue
		}
		d := grouped[item.Section]
		if d == nil {
			d = &document{Section: item.Section, Facts: policy.Facts{}}
			if yearly(pack, item.Section) {
				d.Year = year
			}
			grouped[item.Section] = d
		}
		d.Facts[code] = value
	}
	documents := make([]document, 0, len(grouped))
	for _, section := range slices.Sorted(maps.Keys(grouped)) {
		documents = append(documents, *grouped[section])
	}
	return documents
}

func yearly(pack *policy.Pack, section string) bool {
	return slices.ContainsFunc(pack.Forms, func(f policy.FormSection) bool { return f.Code == section && f.Yearly })
}

// secret says which items of a subject are sealed.
func secret(pack *policy.Pack, subject string) func(code string) bool {
	return func(code string) bool {
		item, ok := pack.Item(subject, code)
		return ok && item.Class == "P4"
	}
}

// factRow is a row of table facts.
func factRow(home, subject int64, d document, body string) []any {
	return []any{home, subject, d.key(), max(1, d.Ver), body}
}

var factColumns = []string{"home", "subject", "section", "ver", "body"}
var indexColumns = []string{"home", "subject", "item", "n", "num", "txt", "area", "household"}

// indexRows are the rows of table fact_index for the facts that lists can be filtered by.
func (s *Service) indexRows(ctx context.Context, pack *policy.Pack, subjectKind string, home, subject, area, household int64, facts policy.Facts) ([][]any, error) {
	var rows [][]any
	for _, code := range slices.Sorted(maps.Keys(facts)) {
		item, ok := pack.Item(subjectKind, code)
		if !ok || !item.List || item.Core || item.Class == "P4" || facts[code] == nil {
			continue
		}
		number, err := s.itemNumber(ctx, subjectKind, code)
		if err != nil {
			return nil, err
		}
		for n, value := range indexValues(facts[code]) {
			num, txt := indexCell(value)
			rows = append(rows, []any{home, subject, number, n, num, txt, area, household})
		}
	}
	return rows, nil
}

func indexValues(value any) []any {
	if list, ok := value.([]string); ok {
		values := make([]any, len(list))
		for i, text := range list {
			values[i] = text
		}
		return values
	}
	return []any{value}
}

// indexCell is a value as the index holds it: numbers and days as num, codes and flags as txt.
func indexCell(value any) (num *float64, txt *string) {
	switch v := value.(type) {
	case int64:
		f := float64(v)
		return &f, nil
	case json.Number:
		if f, err := v.Float64(); err == nil {
			return &f, nil
		}
	case bool:
		text := strconv.FormatBool(v)
		return nil, &text
	case string:
		if d, err := clock.ParseDay(v); err == nil {
			f := float64(d)
			return &f, nil
		}
		return nil, &v
	}
	return nil, nil
}

// itemNumber is the number of an indexed item, given out at its first use. It may write; call it before a
// transaction.
func (s *Service) itemNumber(ctx context.Context, subject, code string) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := subject + "." + code
	if n, ok := s.items[name]; ok {
		return n, nil
	}
	scope := access.System("numbers of items are the same for everybody")
	var n int64
	read := func(q store.Querier) error {
		return store.One(ctx, q, "SELECT item FROM item WHERE subject = $1 AND code = $2", []any{subject, code}, &n)
	}
	err := read(s.db.In(scope))
	if errors.Is(err, store.ErrNoRows) {
		err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO item (item, subject, code) SELECT coalesce(max(item), 0) + 1, $1, $2 FROM item WHERE 1 = 1 ON CONFLICT (subject, code) DO NOTHING", subject, code)
			if err != nil {
				return err
			}
			return read(tx)
		})
	}
	if err != nil {
		return 0, fmt.Errorf("number the item %s: %w", name, err)
	}
	s.items[name] = n
	return n, nil
}
