package quality

import (
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"

	"rightkey/internal/area"
	"rightkey/internal/crypt"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/store"
)

// cross is a rule that looks at several households at once.
type cross interface {
	// next returns households for which the rule may fire, after a cursor ("" for the first), and the next cursor, ""
	// when there are no more.
	next(ctx context.Context, after string) (ids []int64, cursor string, err error)
	// fires says for which households of a home, and for which of their persons (0 for the household), it fires now.
	fires(ctx context.Context, home int64, ids []int64) (map[int64][]int64, error)
	// fellows are the households that are compared with these.
	fellows(ctx context.Context, home int64, ids []int64) ([]int64, error)
}

const (
	crossChunk = 300  // groups or households of one step
	maxFellows = 1000 // households compared after one household's change; the nightly run looks at all
)

// markKey is the name under which marks of a rule are kept; two packs may use one code.
func markKey(pack *policy.Pack, rule *Rule) string { return pack.ID + "/" + rule.Code }

// crossOf is how a rule over several households is decided, nil for other rules.
func (s *Service) crossOf(pack *policy.Pack, rule *Rule) cross {
	base := marked{s: s, key: markKey(pack, rule), rule: rule}
	switch rule.Kind {
	case SameIdentity:
		return identities{s}
	case SharedValue:
		return shared{base}
	case AreaMultiple:
		return multiples{base, s.registry.Areas().Scheme()}
	}
	return nil
}

// marksOf is what rules over several households keep of one.
func (s *Service) marksOf(pack *policy.Pack, rules *Rules, w registry.Whole, income Welfare) []mark {
	var marks []mark
	for i := range rules.List {
		rule := &rules.List[i]
		m := mark{rule: markKey(pack, rule)}
		switch {
		case rule.Kind != SharedValue && rule.Kind != AreaMultiple:
			continue
		case w.Closed != nil:
		case rule.Kind == SharedValue:
			item, err := itemOf(pack, rule.Item)
			text, ok := w.Facts[itemCode(item, err)].(string)
			if folded, err := crypt.Normalise(crypt.FoldID, text); ok && err == nil && folded != "" {
				blind := s.keys.Ring().Blind("quality."+rule.Item, []byte(folded))
				m.blind = blind[:]
			}
		case income.HasIncome:
			minor := int64(math.Round(income.Income * math.Pow10(pack.Digits)))
			m.num = &minor
		}
		marks = append(marks, m)
	}
	return marks
}

func itemCode(item *policy.Item, err error) string {
	if err != nil {
		return ""
	}
	return item.Code
}

// identities finds national numbers that members of several active households claim.
type identities struct{ s *Service }

const activeHolder = ` JOIN membership m ON m.home = k.home AND m.person = k.person AND m.to_day IS NULL
	JOIN household h ON h.home = m.home AND h.id = m.household AND h.closed IS NULL`

func (x identities) next(ctx context.Context, after string) ([]int64, string, error) {
	from, err := hex.DecodeString(after)
	if err != nil {
		return nil, "", err
	}
	hashes, err := store.All(ctx, x.s.db.In(program), "SELECT id_hash FROM id_claim WHERE {checked} AND id_hash > $1 GROUP BY id_hash HAVING count(*) > 1 ORDER BY id_hash LIMIT $2",
		[]any{from, crossChunk}, func(r store.Rows, hash *[]byte) error { return r.Scan(hash) })
	if err != nil || len(hashes) == 0 {
		return nil, "", err
	}
	args := make([]any, len(hashes))
	for i, hash := range hashes {
		args[i] = hash
	}
	ids, err := store.All(ctx, x.s.db.In(program), "SELECT DISTINCT h.id FROM id_claim k"+activeHolder+" WHERE {checked} AND k.id_hash IN ("+store.In(1, len(args))+") ORDER BY h.id", args, scanID)
	return ids, hex.EncodeToString(hashes[len(hashes)-1]), err
}

func (x identities) fires(ctx context.Context, home int64, ids []int64) (map[int64][]int64, error) {
	args := append([]any{home}, store.Padded(ids)...)
	type hit struct{ household, person int64 }
	hits, err := store.All(ctx, x.s.db.In(program), `SELECT DISTINCT mine.household, mine.person FROM membership mine
		JOIN id_claim own ON own.home = mine.home AND own.person = mine.person
		JOIN id_claim k ON k.id_hash = own.id_hash AND NOT (k.home = own.home AND k.person = own.person)`+activeHolder+`
		WHERE {checked} AND mine.home = $1 AND mine.to_day IS NULL AND NOT (m.home = mine.home AND m.household = mine.household) AND mine.household IN (`+store.In(2, len(args)-1)+")", args,
		func(r store.Rows, one *hit) error { return r.Scan(&one.household, &one.person) })
	found := map[int64][]int64{}
	for _, one := range hits {
		found[one.household] = append(found[one.household], one.person)
	}
	return found, err
}

func (x identities) fellows(ctx context.Context, home int64, ids []int64) ([]int64, error) {
	args := append([]any{home}, store.Padded(ids)...)
	// Persons who left count too: what they left may be in order now.
	return store.All(ctx, x.s.db.In(program), `SELECT DISTINCT h.id FROM membership mine
		JOIN id_claim own ON own.home = mine.home AND own.person = mine.person
		JOIN id_claim k ON k.id_hash = own.id_hash`+activeHolder+`
		WHERE {checked} AND mine.home = $1 AND mine.household IN (`+store.In(2, len(args)-1)+fmt.Sprintf(") ORDER BY h.id LIMIT %d", maxFellows), args, scanID)
}

func scanID(r store.Rows, id *int64) error { return r.Scan(id) }

// marked are rules that compare marks.
type marked struct {
	s    *Service
	key  string
	rule *Rule
}

// shared finds values that more than a number of households have.
type shared struct{ marked }

func (x shared) next(ctx context.Context, after string) ([]int64, string, error) {
	from, err := hex.DecodeString(after)
	if err != nil {
		return nil, "", err
	}
	marks, err := store.All(ctx, x.s.db.In(program), "SELECT mark FROM quality_mark WHERE {checked} AND rule = $1 AND mark IS NOT NULL AND mark > $2 GROUP BY mark HAVING count(*) > $3 ORDER BY mark LIMIT $4",
		[]any{x.key, from, int64(x.rule.Above), crossChunk}, func(r store.Rows, mark *[]byte) error { return r.Scan(mark) })
	if err != nil || len(marks) == 0 {
		return nil, "", err
	}
	args := []any{x.key}
	for _, mark := range marks {
		args = append(args, mark)
	}
	ids, err := store.All(ctx, x.s.db.In(program), "SELECT household FROM quality_mark WHERE {checked} AND rule = $1 AND mark IN ("+store.In(2, len(marks))+") ORDER BY household", args, scanID)
	return ids, hex.EncodeToString(marks[len(marks)-1]), err
}

func (x shared) fires(ctx context.Context, home int64, ids []int64) (map[int64][]int64, error) {
	padded := store.Padded(ids)
	args := append([]any{home, x.key, int64(x.rule.Above)}, padded...)
	hits, err := store.All(ctx, x.s.db.In(program), `SELECT mine.household FROM quality_mark mine WHERE {checked} AND mine.home = $1 AND mine.rule = $2 AND mine.mark IS NOT NULL
		AND (SELECT count(*) FROM quality_mark o WHERE o.rule = mine.rule AND o.mark = mine.mark) > $3 AND mine.household IN (`+store.In(4, len(padded))+")", args, scanID)
	return households(hits), err
}

func households(hits []int64) map[int64][]int64 {
	found := map[int64][]int64{}
	for _, id := range hits {
		found[id] = []int64{0}
	}
	return found
}

func (x shared) fellows(ctx context.Context, home int64, ids []int64) ([]int64, error) {
	padded := store.Padded(ids)
	args := append([]any{home, x.key, maxFellows}, padded...)
	return store.All(ctx, x.s.db.In(program), `SELECT DISTINCT o.household FROM quality_mark mine JOIN quality_mark o ON o.rule = mine.rule AND o.mark = mine.mark
		WHERE {checked} AND mine.home = $1 AND mine.rule = $2 AND mine.mark IS NOT NULL AND mine.household IN (`+store.In(4, len(padded))+") ORDER BY o.household LIMIT $3", args, scanID)
}

// multiples finds incomes far above the median of an area.
type multiples struct {
	marked
	scheme area.Scheme
}

// next takes the areas of the level one by one, and finds their medians anew.
func (x multiples) next(ctx context.Context, after string) ([]int64, string, error) {
	last := int64(-1)
	if after != "" {
		var err error
		if last, err = strconv.ParseInt(after, 10, 64); err != nil {
			return nil, "", err
		}
		last = x.scheme.Range(last).Hi
	}
	first, err := store.All(ctx, x.s.db.In(program), "SELECT area FROM quality_mark WHERE {checked} AND rule = $1 AND num IS NOT NULL AND area > $2 ORDER BY area LIMIT 1", []any{x.key, last}, scanID)
	if err != nil || len(first) == 0 {
		return nil, "", err
	}
	key := x.scheme.At(first[0], x.rule.Level)
	median, known, err := x.measure(ctx, key)
	if err != nil || !known {
		return nil, strconv.FormatInt(key, 10), err
	}
	below := x.scheme.Range(key)
	ids, err := store.All(ctx, x.s.db.In(program), "SELECT household FROM quality_mark WHERE {checked} AND rule = $1 AND area BETWEEN $2 AND $3 AND num > $4 ORDER BY household",
		[]any{x.key, below.Lo, below.Hi, x.limit(median)}, scanID)
	return ids, strconv.FormatInt(key, 10), err
}

// limit is the figure above which the rule fires.
func (x multiples) limit(median int64) int64 {
	return int64(math.Floor(float64(median) * x.rule.Above))
}

// measure finds the median of an area (the lower one of an even number) and keeps it; false where too few have one.
func (x multiples) measure(ctx context.Context, key int64) (int64, bool, error) {
	below := x.scheme.Range(key)
	const here = " FROM quality_mark WHERE {checked} AND rule = $1 AND num IS NOT NULL AND area BETWEEN $2 AND $3"
	var n, median int64
	if err := store.One(ctx, x.s.db.In(program), "SELECT count(*)"+here, []any{x.key, below.Lo, below.Hi}, &n); err != nil {
		return 0, false, err
	}
	known := n >= x.rule.Least && n > 0
	if known {
		if err := store.One(ctx, x.s.db.In(program), "SELECT num"+here+" ORDER BY num LIMIT 1 OFFSET $4", []any{x.key, below.Lo, below.Hi, (n - 1) / 2}, &median); err != nil {
			return 0, false, err
		}
	}
	err := x.s.db.Tx(ctx, program, func(tx store.Tx) error {
		if !known {
			_, err := tx.Exec(ctx, "DELETE FROM quality_area WHERE area = $1 AND rule = $2", key, x.key)
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO quality_area (area, rule, households, num, at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (area, rule) DO UPDATE SET households = excluded.households, num = excluded.num, at = excluded.at`, key, x.key, n, median, int64(x.s.journal.Clock().Now()))
		return err
	})
	return median, known, err
}

func (x multiples) fires(ctx context.Context, home int64, ids []int64) (map[int64][]int64, error) {
	padded := store.Padded(ids)
	type one struct{ household, area, num int64 }
	marks, err := store.All(ctx, x.s.db.In(program), "SELECT household, area, num FROM quality_mark WHERE {checked} AND home = $1 AND rule = $2 AND num IS NOT NULL AND household IN ("+store.In(3, len(padded))+")",
		append([]any{home, x.key}, padded...), func(r store.Rows, m *one) error { return r.Scan(&m.household, &m.area, &m.num) })
	if err != nil {
		return nil, err
	}
	medians := map[int64]*int64{}
	var hits []int64
	for _, m := range marks {
		key := x.scheme.At(m.area, x.rule.Level)
		if _, met := medians[key]; !met {
			if medians[key], err = x.median(ctx, key); err != nil {
				return nil, err
			}
		}
		if median := medians[key]; median != nil && m.num > x.limit(*median) {
			hits = append(hits, m.household)
		}
	}
	return households(hits), nil
}

// median is that of the last whole run, nil where there is none.
func (x multiples) median(ctx context.Context, key int64) (*int64, error) {
	found, err := store.All(ctx, x.s.db.In(program), "SELECT num FROM quality_area WHERE area = $1 AND rule = $2", []any{key, x.key}, scanID)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

// fellows are none: a household's change moves the median only with the next whole run.
func (x multiples) fellows(context.Context, int64, []int64) ([]int64, error) { return nil, nil }
