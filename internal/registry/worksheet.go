package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/govalues/decimal"

	"rightkey/internal/access"
	"rightkey/internal/change"
	"rightkey/internal/fault"
	"rightkey/internal/money"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// BasisNorm is the code of a pack's basis list for amounts that norms give.
const BasisNorm = "norm"

// WorkState is what can be done with a line of a worksheet.
type WorkState string

// The states of a line.
const (
	WorkReady      WorkState = "ready"
	WorkThere      WorkState = "there"       // the year has the entry, or one waits for a second person
	WorkNoQuantity WorkState = "no_quantity" // the household has not answered how much it has
	WorkNoNorm     WorkState = "no_norm"     // no area says what a unit yields, fetches or costs
)

// WorkLine is what a product gives or costs a household in a year.
type WorkLine struct {
	Product Product
	Subject string // SubjectIncome: quantity × yield × price; SubjectExpenditure: quantity × cost
	State   WorkState
	Used    NormUse // what was computed from, as far as it is known
}

// Key names the line within its worksheet: "wheat.income".
func (l WorkLine) Key() string { return l.Product.Code + "." + l.Subject }

// NormUse is the computation of an amount from a norm, as it is kept with the entry.
type NormUse struct {
	Product  string `json:"product"`
	Subject  string `json:"subject"`
	Year     int    `json:"year"`
	Quantity string `json:"quantity,omitempty"`
	Yield    string `json:"yield,omitempty"`
	Price    *int64 `json:"price,omitempty"` // minor units
	Cost     *int64 `json:"cost,omitempty"`  // minor units
	Area     string `json:"area,omitempty"`  // official code of the area whose norm it is, "" for everywhere
	Amount   int64  `json:"amount"`          // minor units, as computed
}

type normEvidence struct {
	Norm *NormUse `json:"norm"`
}

// NormUseOf reads the computation that an entry keeps; false where it keeps none from a norm.
func NormUseOf(evidence string) (NormUse, bool) {
	var found normEvidence
	if json.Unmarshal([]byte(evidence), &found) != nil || found.Norm == nil {
		return NormUse{}, false
	}
	return *found.Norm, true
}

// Worksheet is what norms say about a household's income and costs of a year.
type Worksheet struct {
	File  File
	Year  int
	Lines []WorkLine
	Ver   int64 // how often it was accepted
}

// Worksheet computes a household's income and costs of a year from its answers of the year and the norms of its area.
// The file is read, and journalled, as by OpenYear.
func (s *Service) Worksheet(ctx context.Context, scope access.Scope, id int64, year int) (Worksheet, error) {
	f, err := s.OpenYear(ctx, scope, id, year)
	if err != nil {
		return Worksheet{}, err
	}
	w := Worksheet{File: f, Year: year}
	if w.Ver, err = s.worksheetVersion(ctx, scope, f.Household, year); err != nil { // before what it counts is read
		return w, err
	}
	norms, err := s.NormsAt(ctx, f.Area, year)
	if err != nil {
		return w, err
	}
	there, err := s.filledIn(ctx, scope, f, year)
	if err != nil {
		return w, err
	}
	var areas []int64
	for _, n := range norms {
		areas = append(areas, n.Area)
	}
	places, err := s.Places(ctx, areas)
	if err != nil {
		return w, err
	}
	for _, product := range ProductsOf(f.Pack) {
		for _, part := range []struct{ subject, class string }{{SubjectIncome, product.Income}, {SubjectExpenditure, product.Cost}} {
			if part.class == "" {
				continue
			}
			norm, known := norms[product.Code]
			line := WorkLine{Product: product, Subject: part.subject, State: WorkNoNorm, Used: NormUse{Product: product.Code, Subject: part.subject, Year: year}}
			if known {
				line.Used.Area = places[norm.Area].Code
			}
			if err := line.compute(f, norm); err != nil {
				return w, err
			}
			if there[line.Key()] {
				line.State = WorkThere
			}
			w.Lines = append(w.Lines, line)
		}
	}
	return w, nil
}

// compute fills in the amount where quantity and norm are known; it is rounded once, a half away from zero.
func (l *WorkLine) compute(f File, norm Norming) error {
	quantity, answered := quantityOf(f.Facts[l.Product.Item.Code])
	if answered {
		l.Used.Quantity = quantity.Trim(0).String()
	}
	factor, minor := quantity, norm.Cost
	if l.Subject == SubjectIncome {
		minor = norm.Price
		l.Used.Yield, l.Used.Price = norm.Yield, norm.Price
		if norm.Yield == "" {
			return nil
		}
		yield, err := decimal.Parse(norm.Yield)
		if err != nil {
			return fmt.Errorf("read the yield of %s: %w", l.Product.Code, err)
		}
		if factor, err = quantity.Mul(yield); err != nil {
			return fault.Wrap(fault.Invalid, err, "the amount is too large")
		}
	} else {
		l.Used.Cost = norm.Cost
	}
	if minor == nil {
		return nil
	}
	if !answered {
		l.State = WorkNoQuantity
		return nil
	}
	amount, err := money.Amount{Minor: *minor, Currency: f.Pack.Currency}.Times(factor, money.HalfUp)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "the amount is too large")
	}
	l.Used.Amount, l.State = amount.Minor, WorkReady
	return nil
}

// quantityOf is the number that an answer holds.
func quantityOf(answer policy.Value) (decimal.Decimal, bool) {
	switch v := answer.(type) {
	case int64:
		d, err := decimal.New(v, 0)
		return d, err == nil
	case json.Number:
		d, err := decimal.Parse(v.String())
		return d, err == nil
	}
	return decimal.Decimal{}, false
}

// filledIn are the keys of the lines that the year has already, or that wait for a second person.
func (s *Service) filledIn(ctx context.Context, scope access.Scope, f File, year int) (map[string]bool, error) {
	there := map[string]bool{}
	note := func(evidence string) {
		if used, ok := NormUseOf(evidence); ok && used.Year == year {
			there[used.Product+"."+used.Subject] = true
		}
	}
	for _, e := range f.Entries {
		note(e.Evidence)
	}
	for _, set := range f.Waiting {
		_, details, err := s.changes.Get(ctx, scope, set.ID)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read what waits for a household: %w", err)
		}
		for _, d := range details {
			for _, field := range d.Fields {
				if evidence, ok := field.Mine.(string); ok && field.Name == FieldEvidence && d.Record.Under == f.ID {
					note(evidence)
				}
			}
		}
	}
	return there, nil
}

// Prefill makes entries of the lines of a worksheet that are named, with the amount that is given for each (minor
// units). Lines that are there already, or cannot be computed, are left alone: it returns an Unchanged set where
// nothing is left. Faults: those of change.Service.Submit, and Stale where somebody accepted the worksheet meanwhile.
func (s *Service) Prefill(ctx context.Context, scope access.Scope, w Worksheet, amounts map[string]int64, title, reason string) (change.Set, error) {
	day := ReferenceDay(w.Year, s.today())
	draft := change.Draft{Source: change.Page, Title: title, Reason: reason, ValidOn: &day}
	for _, line := range w.Lines {
		amount, wanted := amounts[line.Key()]
		if !wanted || line.State != WorkReady {
			continue
		}
		set, err := line.values(w.File.Pack, amount)
		if err != nil {
			return change.Set{}, err
		}
		draft.Rows = append(draft.Rows, change.Row{SubjectKind: line.Subject, Under: w.File.ID, Set: set})
	}
	if len(draft.Rows) == 0 {
		return change.Set{State: change.Unchanged}, nil
	}
	prepared, err := s.changes.Prepare(ctx, scope, draft)
	if err != nil {
		return change.Set{}, err
	}
	err = s.db.Tx(ctx, scope, func(tx store.Tx) error {
		if err := acceptWorksheet(ctx, tx, w); err != nil {
			return err
		}
		return prepared.Store(ctx, tx)
	})
	if err != nil {
		return change.Set{}, fmt.Errorf("accept a worksheet: %w", err)
	}
	return prepared.Set, nil
}

// worksheetVersion is how often a household's worksheet of a year was accepted.
func (s *Service) worksheetVersion(ctx context.Context, scope access.Scope, h Household, year int) (ver int64, err error) {
	err = store.One(ctx, s.db.In(scope), "SELECT ver FROM worksheet WHERE {checked} AND home = $1 AND household = $2 AND year = $3", []any{h.Home, h.ID, year}, &ver)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return 0, fmt.Errorf("read the version of a worksheet: %w", err)
	}
	return ver, nil
}

// acceptWorksheet counts an acceptance; it is a Stale fault where somebody else was faster.
func acceptWorksheet(ctx context.Context, tx store.Tx, w Worksheet) error {
	if w.Ver > 0 {
		return store.Bump(ctx, tx, "worksheet", "{checked} AND home = $1 AND household = $2 AND year = $3", w.Ver, w.File.Home, w.File.ID, w.Year)
	}
	n, err := tx.Exec(ctx, "INSERT INTO worksheet (home, household, year, ver) VALUES ($1, $2, $3, 1) ON CONFLICT DO NOTHING", w.File.Home, w.File.ID, w.Year)
	if err == nil && n == 0 {
		return fault.New(fault.Stale, "somebody else accepted the worksheet in the meantime")
	}
	return err
}

// values are the fields of the entry that a line becomes.
func (l WorkLine) values(pack *policy.Pack, amount int64) (change.Values, error) {
	evidence, err := json.Marshal(normEvidence{&l.Used})
	if err != nil {
		return nil, fmt.Errorf("write down a computation: %w", err)
	}
	class := l.Product.Income
	if l.Subject == SubjectExpenditure {
		class = l.Product.Cost
	}
	set := change.Values{"year": int64(l.Used.Year), "class": class, "amount": amount, FieldEvidence: string(evidence)}
	if hasOption(pack, l.Subject, "basis", BasisNorm) {
		set["basis"] = BasisNorm
	}
	if name := sourceItem(pack, l.Subject); name != "" {
		set[name] = l.Product.Label.In(pack.Languages[0])
	}
	return set, nil
}

// Ready are the amounts of a worksheet as computed, by line, of the lines that can be filled in.
func (w Worksheet) Ready() map[string]int64 {
	amounts := map[string]int64{}
	for _, line := range w.Lines {
		if line.State == WorkReady {
			amounts[line.Key()] = line.Used.Amount
		}
	}
	return amounts
}
