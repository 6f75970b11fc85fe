package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/govalues/decimal"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/journal"
	"rightkey/internal/store"
)

// NormRow is what a unit of a product yields, fetches and costs. What is unknown stays out of the computation.
type NormRow struct {
	Product string
	Yield   string // per unit of the product's item, a decimal number; "" if unknown
	Price   *int64 // minor units per unit of the yield
	Cost    *int64 // minor units per unit of the product's item
}

// NormTable is what an area itself says for a year; a product without a row has that of the nearest area above.
type NormTable struct {
	ID   int64
	Area int64
	Year int
	Rows []NormRow
	Ver  int64 // 0 where the area says nothing yet
}

// Norming is the norm of a product that counts in an area, and whose it is.
type Norming struct {
	NormRow
	Area int64
}

// NormTable returns an area's own table; the area is in scope.
func (s *Service) NormTable(ctx context.Context, scope access.Scope, area int64, year int) (NormTable, error) {
	t := NormTable{Area: area, Year: year}
	if err := s.wholly(scope, area); err != nil {
		return t, fault.Wrap(fault.NotFound, err, "no such area")
	}
	err := store.One(ctx, s.db.In(scope), "SELECT id, ver FROM norm_table WHERE area = $1 AND year = $2", []any{area, year}, &t.ID, &t.Ver)
	if errors.Is(err, store.ErrNoRows) {
		return t, nil
	}
	if err == nil {
		t.Rows, err = store.All(ctx, s.db.In(scope), "SELECT product, yield, price, cost FROM norm WHERE table_id = $1 ORDER BY product", []any{t.ID},
			func(r store.Rows, row *NormRow) error { return r.Scan(&row.Product, &row.Yield, &row.Price, &row.Cost) })
	}
	if err != nil {
		return t, fmt.Errorf("read the norms of an area: %w", err)
	}
	return t, nil
}

func scanNorming(r store.Rows, n *Norming) error {
	return r.Scan(&n.Area, &n.Product, &n.Yield, &n.Price, &n.Cost)
}

// NormsAt returns the norms that count in an area in a year by product: of each, that of the nearest area.
func (s *Service) NormsAt(ctx context.Context, area int64, year int) (map[string]Norming, error) {
	scope := access.System("what is usual in a year is the same for everybody")
	found, err := store.All(ctx, s.db.In(scope), `SELECT t.area, n.product, n.yield, n.price, n.cost FROM norm_table t JOIN norm n ON n.table_id = t.id
		WHERE t.year = $1 AND t.lo <= $2 AND t.hi >= $2 ORDER BY t.hi - t.lo DESC`, []any{year, area},
		scanNorming)
	if err != nil {
		return nil, fmt.Errorf("find the norms of a year: %w", err)
	}
	norms := map[string]Norming{}
	for _, n := range found {
		norms[n.Product] = n
	}
	return norms, nil
}

// SaveNormTable replaces what an area says for a year, at version Ver. The caller's scope holds the whole area. Rows
// without any number are left out. Faults: Invalid with row (from 1) and field, Forbidden, Stale.
func (s *Service) SaveNormTable(ctx context.Context, scope access.Scope, t NormTable) (NormTable, error) {
	t.Rows = slices.DeleteFunc(slices.Clone(t.Rows), func(r NormRow) bool { return r.empty() && r.Product != "" })
	if err := s.checkNorms(scope, t); err != nil {
		return t, err
	}
	stored, err := s.NormTable(ctx, scope, t.Area, t.Year)
	if err != nil {
		return t, err
	}
	if stored.Ver != t.Ver {
		return t, fault.New(fault.Stale, "somebody else has changed these norms")
	}
	if t.ID = stored.ID; t.Ver == 0 {
		if t.ID, err = s.journal.Ids().One(ctx, 0); err != nil {
			return t, err
		}
	}
	command, err := s.normEvent(ctx, scope, t)
	if err != nil {
		return t, err
	}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if err := s.writeNorms(ctx, tx, scope, t); err != nil {
			return err
		}
		return command.Append(ctx, tx)
	})
	t.Ver++
	return t, err
}

func (s *Service) writeNorms(ctx context.Context, tx store.Tx, scope access.Scope, t NormTable) error {
	r, now := s.areas.Scheme().Range(t.Area), int64(s.journal.Clock().Now())
	if t.Ver == 0 {
		n, err := tx.Exec(ctx, "INSERT INTO norm_table (id, area, lo, hi, year, account, saved) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING", t.ID, t.Area, r.Lo, r.Hi, t.Year, scope.Caller().Account, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Stale, "somebody else has changed these norms")
		}
	} else if err := store.Bump(ctx, tx, "norm_table", "id = $1", t.Ver, t.ID); err != nil {
		return err
	} else if _, err := tx.Exec(ctx, "UPDATE norm_table SET account = $2, saved = $3 WHERE id = $1", t.ID, scope.Caller().Account, now); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM norm WHERE table_id = $1", t.ID); err != nil {
		return err
	}
	for _, row := range t.Rows {
		if _, err := tx.Exec(ctx, "INSERT INTO norm (table_id, product, yield, price, cost) VALUES ($1, $2, $3, $4, $5)", t.ID, row.Product, row.Yield, row.Price, row.Cost); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) normEvent(ctx context.Context, scope access.Scope, t NormTable) (*journal.Command, error) {
	command, err := s.journal.Begin(ctx, reads(scope, t.Area))
	if err != nil {
		return nil, err
	}
	return command, command.Note(ctx, normEntry(t))
}

// normEntry is the event of a table that is saved.
func normEntry(t NormTable) journal.Entry {
	rows := map[string]any{}
	for _, row := range t.Rows {
		rows[row.Product] = map[string]any{"yield": row.Yield, "price": row.Price, "cost": row.Cost}
	}
	return journal.Entry{Kind: "norms.saved", SubjectKind: "norms", Subject: t.ID, Area: t.Area, VerBefore: t.Ver, VerAfter: t.Ver + 1,
		Body: map[string]any{"year": t.Year, "norms": rows}}
}

const (
	// mostYield and mostNorm keep a slip of the hand from being multiplied.
	mostYield = 1_000_000
	mostNorm  = 1_000_000_000 // minor units
	// yieldDigits is how many decimals a yield may have.
	yieldDigits = 3
)

func (s *Service) checkNorms(scope access.Scope, t NormTable) error {
	if err := s.wholly(scope, t.Area); err != nil {
		return err
	}
	pack, err := s.Pack(t.Area)
	if err != nil {
		return err
	}
	wrong := fault.New(fault.Invalid, "the norms are not in order")
	if !yearInOrder(t.Year) {
		wrong.With(0, "year", "%s", NormWrong{Code: "year"}.In(i18n.English))
	}
	products, seen := ProductsOf(pack), map[string]bool{}
	for i, row := range t.Rows {
		found := row.wrong(i+1, products)
		if len(found) == 0 && seen[row.Product] {
			found = []NormWrong{{i + 1, "product", "twice"}}
		}
		seen[row.Product] = true
		for _, w := range found {
			wrong.With(w.Row, w.Field, "%s", w.In(i18n.English))
		}
	}
	if len(wrong.Details) > 0 {
		return wrong
	}
	return nil
}

// In is what is wrong in words.
func (w NormWrong) In(lang i18n.Lang) string {
	return i18n.T(lang, "registry.norms.wrong_of."+w.Code, "most", i18n.Number(lang, mostYield), "decimals", yieldDigits)
}

// wrong says what is wrong with a norm that stands in a row.
func (r NormRow) wrong(number int, products []Product) []NormWrong {
	if !slices.ContainsFunc(products, func(p Product) bool { return p.Code == r.Product }) {
		return []NormWrong{{number, "product", "product"}}
	}
	var wrong []NormWrong
	if !yieldInOrder(r.Yield) {
		wrong = append(wrong, NormWrong{number, "yield", "yield"})
	}
	if !normInOrder(r.Price) {
		wrong = append(wrong, NormWrong{number, "price", "amount"})
	}
	if !normInOrder(r.Cost) {
		wrong = append(wrong, NormWrong{number, "cost", "amount"})
	}
	return wrong
}

// empty says that the row knows nothing.
func (r NormRow) empty() bool { return r.Yield == "" && r.Price == nil && r.Cost == nil }

// same says that two rows of a product say the same.
func (r NormRow) same(o NormRow) bool {
	known := func(a, b *int64) bool { return a == b || a != nil && b != nil && *a == *b }
	return r.Yield == o.Yield && known(r.Price, o.Price) && known(r.Cost, o.Cost)
}

func yearInOrder(year int) bool { return year >= 1900 && year <= 2999 }

func normInOrder(minor *int64) bool { return minor == nil || *minor >= 0 && *minor <= mostNorm }

func yieldInOrder(text string) bool {
	if text == "" {
		return true
	}
	d, err := decimal.Parse(text)
	return err == nil && !d.IsNeg() && d.Trim(0).Scale() <= yieldDigits && d.Cmp(decimal.MustNew(mostYield, 0)) <= 0
}
