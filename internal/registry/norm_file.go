package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/policy"
	"rightkey/internal/store"
	"rightkey/internal/table"
)

// The columns of a file of norms. area, year and the names are optional in a file that comes in; a price or cost is an
// amount of the pack's currency.
var normColumns = []string{"area", "area_name", "year", "product", "product_name", "unit", "yield", "price", "cost"}

// maxNormRows is how many rows a file of norms may have: they are stored in one transaction.
const maxNormRows = 2000

// NormReport says what a file of norms did, or would have done without the rejected rows. Created, updated and
// unchanged count the products' norms of an area and year; a row without numbers takes the area's own norm away.
type NormReport struct {
	job.Counts
	Applied bool
	Rejects []NormWrong
}

// NormWrong is why a row of a file of norms was rejected: a message of this room ("registry.norms.wrong_of." + Code).
type NormWrong struct {
	Row   int    // from 1, without the header
	Field string // column
	Code  string
}

// normRow is a row of a file of norms.
type normRow struct {
	number      int
	area        int64
	year        int
	price, cost string // as they stand in the file
	norm        NormRow
}

// ImportNorms reads a file of norms into the tables of the areas and years that its rows name, or of area and year
// where they name none. Products that the file does not name keep their norms. It is applied as a whole or, where a
// row is rejected, not at all. Faults: Invalid for what is no such file, TooLarge, Stale where somebody changes one of
// the tables meanwhile.
func (s *Service) ImportNorms(ctx context.Context, scope access.Scope, at int64, year int, file table.Reader) (NormReport, error) {
	report := NormReport{}
	rows, err := s.readNormFile(ctx, scope, at, year, file, &report)
	if err != nil {
		return report, err
	}
	tables, err := s.tablesOf(ctx, scope, rows, &report)
	if err != nil {
		return report, err
	}
	if report.Rejected > 0 || len(tables) == 0 {
		return report, nil
	}
	command, err := s.journal.Begin(ctx, reads(scope, at))
	if err != nil {
		return report, err
	}
	for i := range tables {
		if tables[i].Ver == 0 {
			if tables[i].ID, err = s.journal.Ids().One(ctx, 0); err != nil {
				return report, err
			}
		}
		if err := command.Note(ctx, normEntry(tables[i])); err != nil {
			return report, err
		}
	}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		for _, t := range tables {
			if err := s.writeNorms(ctx, tx, scope, t); err != nil {
				return err
			}
		}
		return command.Append(ctx, tx)
	})
	report.Applied = err == nil
	return report, err
}

// readNormFile reads the rows; those that cannot be read are rejected.
func (s *Service) readNormFile(ctx context.Context, scope access.Scope, at int64, year int, file table.Reader, report *NormReport) ([]normRow, error) {
	columns := map[string]int{}
	for _, name := range normColumns {
		columns[name] = slices.Index(file.Header(), name)
	}
	if columns["product"] < 0 || columns["yield"] < 0 && columns["price"] < 0 && columns["cost"] < 0 {
		return nil, fault.New(fault.Invalid, "a file of norms has the column product and at least one of yield, price and cost").With(0, "file", "lacks a column")
	}
	areas := map[string]int64{"": at}
	var rows []normRow
	for {
		row, err := file.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		report.In++
		if report.In > maxNormRows {
			return nil, fault.New(fault.TooLarge, "a file of norms has at most %d rows", maxNormRows)
		}
		if known := (*fault.Error)(nil); errors.As(err, &known) && len(known.Details) > 0 && known.Details[0].Row > 0 {
			report.reject(NormWrong{row.Number, known.Details[0].Field, "row"})
			continue
		}
		if err != nil {
			return nil, err
		}
		cell := func(name string) string {
			if columns[name] < 0 {
				return ""
			}
			return strings.TrimSpace(row.Cells[columns[name]])
		}
		n := normRow{number: row.Number, year: year, price: cell("price"), cost: cell("cost"), norm: NormRow{Product: cell("product"), Yield: cell("yield")}}
		if text := cell("year"); text != "" {
			n.year, _ = strconv.Atoi(text) // 0 is no year
		}
		if n.area, err = s.normArea(ctx, scope, cell("area"), areas); err != nil {
			return nil, err
		}
		rows = append(rows, n)
	}
}

// normArea is the area with a code, -1 for none in scope. What was found before is in known.
func (s *Service) normArea(ctx context.Context, scope access.Scope, code string, known map[string]int64) (int64, error) {
	if key, met := known[code]; met {
		return key, nil
	}
	a, err := s.areas.ByCode(ctx, scope, code)
	if kind := fault.KindOf(err); err != nil && kind != fault.NotFound && kind != fault.Conflict {
		return 0, err
	}
	if err != nil || s.wholly(scope, a.Key) != nil {
		a = area.Area{Key: -1}
	}
	known[code] = a.Key
	return a.Key, nil
}

// normPlace is a table of norms.
type normPlace struct {
	area int64
	year int
}

// tablesOf are the tables as they are after the rows, those that change alone. Rows that cannot be taken are rejected.
func (s *Service) tablesOf(ctx context.Context, scope access.Scope, rows []normRow, report *NormReport) ([]NormTable, error) {
	stored, order := map[normPlace]*NormTable{}, []normPlace(nil)
	changed, seen := map[normPlace]bool{}, map[string]bool{}
	for _, n := range rows {
		if n.area < 0 {
			report.reject(NormWrong{n.number, "area", "area"})
			continue
		}
		at := normPlace{n.area, n.year}
		if stored[at] == nil {
			t, err := s.NormTable(ctx, scope, n.area, n.year)
			if err != nil {
				return nil, err
			}
			stored[at], order = &t, append(order, at)
		}
		pack, err := s.Pack(n.area)
		if err != nil {
			return nil, err
		}
		wrong := n.read(pack)
		if once := fmt.Sprint(n.area, "/", n.year, "/", n.norm.Product); len(wrong) == 0 && seen[once] {
			wrong = []NormWrong{{n.number, "product", "twice"}}
		} else {
			seen[once] = true
		}
		if len(wrong) > 0 {
			report.reject(wrong...)
			continue
		}
		became := stored[at].put(n.norm)
		report.count(became)
		changed[at] = changed[at] || became != unchanged
	}
	var tables []NormTable
	for _, at := range order {
		if changed[at] {
			tables = append(tables, *stored[at])
		}
	}
	return tables, nil
}

// read reads the numbers of a row by the pack of its area and says what is wrong with it.
func (n *normRow) read(pack *policy.Pack) []NormWrong {
	var wrong []NormWrong
	for _, amount := range []struct {
		field, text string
		into        **int64
	}{{"price", n.price, &n.norm.Price}, {"cost", n.cost, &n.norm.Cost}} {
		minor, ok := ParseAmount(pack, amount.text)
		if !ok {
			wrong = append(wrong, NormWrong{n.number, amount.field, "amount"})
		}
		*amount.into = minor
	}
	if !yearInOrder(n.year) {
		wrong = append(wrong, NormWrong{n.number, "year", "year"})
	}
	return append(wrong, n.norm.wrong(n.number, ProductsOf(pack))...)
}

// put sets, changes or takes away the norm of a product.
func (t *NormTable) put(n NormRow) outcome {
	i := slices.IndexFunc(t.Rows, func(r NormRow) bool { return r.Product == n.Product })
	switch {
	case i < 0 && n.empty(), i >= 0 && t.Rows[i].same(n):
		return unchanged
	case i < 0:
		t.Rows = append(t.Rows, n)
		return created
	case n.empty():
		t.Rows = slices.Delete(t.Rows, i, i+1)
	default:
		t.Rows[i] = n
	}
	return updated
}

// reject notes what is wrong with a row.
func (r *NormReport) reject(wrong ...NormWrong) {
	r.Rejected++
	r.Rejects = append(r.Rejects, wrong...)
}

// count counts what became of a row.
func (r *NormReport) count(o outcome) {
	b := batch{outcomes: []outcome{o}}
	r.Counts = r.Counts.Add(b.counts())
}

// ExportNorms writes what an area says for a year, every product of its pack, and what the areas in it say themselves,
// as a file that ImportNorms takes.
func (s *Service) ExportNorms(ctx context.Context, scope access.Scope, at int64, year int, out table.Writer) error {
	own, err := s.NormTable(ctx, scope, at, year)
	if err != nil {
		return err
	}
	pack, err := s.Pack(at)
	if err != nil {
		return err
	}
	lines := make([]Norming, 0, len(own.Rows))
	for _, product := range ProductsOf(pack) {
		n := Norming{NormRow: NormRow{Product: product.Code}, Area: at}
		if i := slices.IndexFunc(own.Rows, func(r NormRow) bool { return r.Product == product.Code }); i >= 0 {
			n.NormRow = own.Rows[i]
		}
		lines = append(lines, n)
	}
	r := s.areas.Scheme().Range(at)
	below, err := store.All(ctx, s.db.In(scope), `SELECT t.area, n.product, n.yield, n.price, n.cost FROM norm_table t JOIN norm n ON n.table_id = t.id
		WHERE t.year = $1 AND t.area BETWEEN $2 AND $3 AND t.area <> $4 AND {place t.area} ORDER BY t.area, n.product LIMIT $5`, []any{year, r.Lo, r.Hi, at, maxNormRows}, scanNorming)
	if err != nil {
		return fmt.Errorf("read the norms of a year: %w", err)
	}
	lines = append(lines, below...)
	var keys []int64
	for _, n := range lines {
		keys = append(keys, n.Area)
	}
	places, err := s.Places(ctx, keys)
	if err != nil {
		return err
	}
	for _, n := range lines {
		if err := s.exportNorm(n, places[n.Area], year, out); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) exportNorm(n Norming, place area.Area, year int, out table.Writer) error {
	pack, err := s.Pack(n.Area)
	if err != nil {
		return err
	}
	cells := []string{place.Code, place.Name, strconv.Itoa(year), n.Product, "", "", n.Yield, AmountText(pack, n.Price), AmountText(pack, n.Cost)}
	for _, product := range ProductsOf(pack) {
		if product.Code == n.Product {
			cells[4], cells[5] = product.Label.In(pack.Languages[0]), product.Unit.In(pack.Languages[0])
		}
	}
	return out.Write(cells)
}

// NormColumns is the header of a file of norms.
func NormColumns() []string { return slices.Clone(normColumns) }
