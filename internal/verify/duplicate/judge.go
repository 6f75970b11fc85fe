package duplicate

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"

	"rightkey/internal/crypt"
	"rightkey/internal/registry"
	"rightkey/internal/store"
	"rightkey/linkage"
)

// fields are by what persons are compared, in the order of Pair.Evidence.
var fields = []linkage.Field{{Name: "name", Kind: linkage.Name}, {Name: "birth", Kind: linkage.Date}, {Name: "sex", Kind: linkage.Sex}, {Name: "id", Kind: linkage.ID}, {Name: "place", Kind: linkage.Place}}

const (
	ofName = iota
	ofBirth
	ofSex
	ofID
	ofPlace
)

// firstModel judges until a register is large enough to teach one of its own. Its shares are assumptions: how often
// fields of one person were seen to differ in the registers that package linkage is tested on, and how often those of
// strangers agree in a county.
//
//go:embed first.json
var firstModel []byte

// judge says how likely two persons are one.
type judge struct {
	id      int64 // of the stored model, 0 for the first
	model   *linkage.Model
	matcher *linkage.Matcher
	width   int // digits of an area's key
}

// judge is the one in use: that of the newest model. Models are few and large, so that only their number is read.
func (s *Service) judge(ctx context.Context) (*judge, error) {
	var newest int64
	if err := store.One(ctx, s.db.In(program), "SELECT coalesce(max(id), 0) FROM duplicate_model", nil, &newest); err != nil {
		return nil, fmt.Errorf("look for the model of duplicates: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.judging != nil && s.judging.id == newest {
		return s.judging, nil
	}
	model, err := s.newestModel(ctx, newest)
	if err != nil {
		return nil, err
	}
	if s.judging, err = s.judgeBy(newest, model); err != nil {
		return nil, err
	}
	return s.judging, nil
}

// newestModel is the model that was stored last, or the first one: where none is stored, and where it was learned from
// names that were normalised otherwise than now, until the next run teaches another.
func (s *Service) newestModel(ctx context.Context, newest int64) (*linkage.Model, error) {
	first, err := readModel(firstModel)
	if err != nil || newest == 0 {
		return first, err
	}
	body, err := s.openModel(ctx, newest)
	if err != nil {
		return nil, fmt.Errorf("open the model of duplicates: %w", err)
	}
	model, err := readModel(body)
	if err != nil || model.NormVersion != linkage.NormVersion {
		return first, err
	}
	return impersonal(model), nil // once stored with frequencies of values that it does not keep
}

// modelPlace is where a model is sealed.
func modelPlace(id int64) crypt.Place {
	return crypt.Place{Table: "duplicate_model", Column: "body", Row: id}
}

func (s *Service) openModel(ctx context.Context, id int64) ([]byte, error) {
	var sealed []byte
	if err := store.One(ctx, s.db.In(program), "SELECT body FROM duplicate_model WHERE id = $1", []any{id}, &sealed); err != nil {
		return nil, err
	}
	key, err := s.keys.Of(ctx, 0, id)
	if err != nil {
		return nil, err
	}
	return crypt.Open(key, sealed, modelPlace(id))
}

// borne is how many persons share a name, a day of birth or a place that a model keeps: fewer would tell of them.
const borne = 5

// impersonal is a model without the values that few persons have, and without any national number.
func impersonal(m *linkage.Model) *linkage.Model {
	return m.Impersonal(borne, ofName, ofBirth, ofSex, ofPlace)
}

func readModel(body []byte) (*linkage.Model, error) {
	var m linkage.Model
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, fmt.Errorf("read the model of duplicates: %w", err)
	}
	return &m, nil
}

func (s *Service) judgeBy(id int64, m *linkage.Model) (*judge, error) {
	matcher, err := linkage.NewMatcher(m)
	if err != nil {
		return nil, fmt.Errorf("prepare the model of duplicates: %w", err)
	}
	return &judge{id: id, model: m, matcher: matcher, width: s.width()}, nil
}

// width is how many digits the keys of areas have.
func (s *Service) width() int {
	scheme, n := s.registry.Areas().Scheme(), 0
	for level := range scheme.Levels() {
		n += scheme.Width(level + 1)
	}
	return n
}

// values are the raw values of a person in the order of fields.
func values(who registry.Identity, width int) []string {
	raw := []string{who.Name, "", who.Sex, who.NationalID, ""}
	if who.Birth != nil {
		raw[ofBirth] = who.Birth.String()
	}
	if who.Area != 0 {
		raw[ofPlace] = fmt.Sprintf("%0*d", width, who.Area)
	}
	return raw
}

// compare judges two persons. Members of one household share their place, which says nothing then; and they are one
// only where the same line was written twice.
func (j *judge) compare(a, b registry.Identity) linkage.Pair {
	one, other := j.matcher.Normalise(values(a, j.width)), j.matcher.Normalise(values(b, j.width))
	together := a.Household != 0 && a.Household == b.Household
	if together {
		one[ofPlace], other[ofPlace] = "", ""
	}
	pair := j.matcher.Compare(one, other)
	twice := one[ofID] != "" && one[ofID] == other[ofID] || one[ofName] == other[ofName] && one[ofBirth] != "" && one[ofBirth] == other[ofBirth]
	if together && !twice {
		pair.Probability = 0
	}
	pair.Probability = rounded(pair.Probability)
	pair.Weight = math.Round(pair.Weight*100) / 100
	for i := range pair.Evidence {
		pair.Evidence[i].Bits = math.Round(pair.Evidence[i].Bits*100) / 100
	}
	return pair
}

// most is how likely two persons are one at most, as far as is known of the second before the household and the national
// number are read, which is other than the first's.
func (j *judge) most(a, b registry.Identity) float64 {
	one, other := j.matcher.Normalise(values(a, j.width)), j.matcher.Normalise(values(b, j.width))
	score := j.matcher.MostScore(one, other, ofID)
	if a.Household != 0 { // of whom lives with the first the place says nothing
		one[ofPlace], other[ofPlace] = "", ""
		score = max(score, j.matcher.MostScore(one, other, ofID))
	}
	return rounded(j.matcher.Probability(score))
}

// rounded is a probability to four digits.
func rounded(p float64) float64 { return math.Round(p*1e4) / 1e4 }
