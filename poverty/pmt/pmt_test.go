package pmt_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"rightkey/poverty/pmt"
)

// survey is a made-up survey: villages with effects of their own, in areas with effects of their own.
type survey map[string][]float64

func (s survey) Numbers(name string) ([]float64, error) {
	if column, ok := s[name]; ok {
		return column, nil
	}
	return nil, fmt.Errorf("no column %q", name)
}

func (s survey) Strings(name string) ([]string, error) {
	column, ok := s[name]
	if !ok {
		return nil, fmt.Errorf("no column %q", name)
	}
	texts := make([]string, len(column))
	for i, v := range column {
		texts[i] = fmt.Sprint(v)
	}
	return texts, nil
}

var spec = pmt.Spec{Village: "village", Area: "area", Features: []pmt.Feature{
	{Name: "size"}, {Name: "rooms"}, {Name: "roof", Category: true}, {Name: "crowding", Formula: "size/rooms"},
}}

// madeUp is a survey of 60 villages of 20 households in 6 areas, with their log welfare.
func madeUp() (survey, []float64) {
	random := rand.New(rand.NewPCG(11, 12))
	s := survey{}
	var welfare []float64
	var area [6]float64
	for a := range area {
		area[a] = 0.4 * random.NormFloat64()
	}
	for village := range 60 {
		effect := area[village%6] + 0.3*random.NormFloat64()
		for range 20 {
			size, rooms, roof := float64(1+random.IntN(9)), float64(1+random.IntN(5)), float64(random.IntN(3))
			for name, v := range map[string]float64{"village": float64(village), "area": float64(village % 6), "size": size, "rooms": rooms, "roof": roof} {
				s[name] = append(s[name], v)
			}
			welfare = append(welfare, 8-0.6*math.Log(size)+0.2*rooms+0.15*roof+effect+0.3*random.NormFloat64())
		}
	}
	return s, welfare
}

func encoded(t testing.TB) (*pmt.Data, []float64) {
	t.Helper()
	s, welfare := madeUp()
	encoder, err := pmt.NewEncoder(spec, s)
	if err != nil {
		t.Fatal(err)
	}
	data, err := encoder.Encode(s)
	if err != nil {
		t.Fatal(err)
	}
	return data, welfare
}

func meanSquare(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i]) / float64(len(a))
	}
	return sum
}

func TestEveryKindOfScoreIsFittedWrittenReadAndScoresTheSame(t *testing.T) {
	s, welfare := madeUp()
	encoder, err := pmt.NewEncoder(spec, s)
	if err != nil {
		t.Fatal(err)
	}
	data, err := encoder.Encode(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []pmt.Kind{pmt.KindOLS, pmt.KindRidge, pmt.KindQuantile, pmt.KindLogit, pmt.KindBoost, pmt.KindMean, pmt.KindScorecard} {
		o := pmt.Options{Kind: kind, Seed: 1, Questions: 3}
		o.Boost.Rounds = 60
		o.Boost.Shrinkage = 0.1
		model, err := pmt.Fit(data, welfare, nil, o)
		if err != nil {
			t.Fatal(err)
		}
		before, err := model.Score(data)
		if err != nil {
			t.Fatal(err)
		}
		if got := rankCorrelationSign(before, welfare); got < 0.5 {
			t.Errorf("%s: agrees with welfare in %.2f of pairs beyond chance", kind, got)
		}
		var file bytes.Buffer
		if err := (&pmt.File{Format: pmt.Format, Encoder: encoder, Model: model}).Write(&file); err != nil {
			t.Fatal(err)
		}
		read, err := pmt.Read(&file)
		if err != nil {
			t.Fatal(kind, err)
		}
		again, err := read.Encoder.Encode(s)
		if err != nil {
			t.Fatal(err)
		}
		after, err := read.Model.Score(again)
		if err != nil || !slices.Equal(before, after) {
			t.Errorf("%s: the model that was read scores otherwise (%v)", kind, err)
		}
	}
}

// rankCorrelationSign is Kendall's measure on some pairs.
func rankCorrelationSign(a, b []float64) float64 {
	agree, pairs := 0.0, 0.0
	for i := 0; i+7 < len(a); i++ {
		if d := (a[i] - a[i+7]) * (b[i] - b[i+7]); d > 0 {
			agree++
		} else if d < 0 {
			agree--
		}
		pairs++
	}
	return agree / pairs
}

func TestEffectsOfPlacesImproveTheScoreOfPlacesThatWereSurveyed(t *testing.T) {
	data, welfare := encoded(t)
	folds := pmt.GroupFolds(nil, len(welfare), 5, 1)
	plain, err := pmt.CrossFit(data, welfare, nil, folds, pmt.Options{Kind: pmt.KindOLS})
	if err != nil {
		t.Fatal(err)
	}
	area, err := pmt.CrossFit(data, welfare, nil, folds, pmt.Options{Kind: pmt.KindRidge})
	if err != nil {
		t.Fatal(err)
	}
	village, err := pmt.CrossFit(data, welfare, nil, folds, pmt.Options{Kind: pmt.KindRidge, VillageEffect: true})
	if err != nil {
		t.Fatal(err)
	}
	a, b, c := meanSquare(plain, welfare), meanSquare(area, welfare), meanSquare(village, welfare)
	if !(c < 0.9*b && b < 0.9*a) {
		t.Errorf("mean squared error %v plain, %v with area, %v with village", a, b, c)
	}
}

func TestOutOfFoldScoresDoNotSeeTheHouseholdsOwnWelfare(t *testing.T) {
	data, welfare := encoded(t)
	changed := slices.Clone(welfare)
	changed[17] += 50
	folds := pmt.GroupFolds(data.Village, len(welfare), 4, 2)
	for _, kind := range []pmt.Kind{pmt.KindOLS, pmt.KindRidge, pmt.KindScorecard} {
		before, err := pmt.CrossFit(data, welfare, nil, folds, pmt.Options{Kind: kind, Line: 8, Questions: 3})
		if err != nil {
			t.Fatal(err)
		}
		after, err := pmt.CrossFit(data, changed, nil, folds, pmt.Options{Kind: kind, Line: 8, Questions: 3})
		if err != nil {
			t.Fatal(err)
		}
		for i := range before {
			if folds[i] == folds[17] && math.Abs(before[i]-after[i]) > 1e-9 {
				t.Fatalf("%s: the score of household %d moved from %v to %v", kind, i, before[i], after[i])
			}
		}
	}
}

func TestFoldsKeepVillagesWholeAndNearlyEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 40), func(k int) string { return fmt.Sprint(k) }), 30, 200).Draw(t, "groups")
		folds := pmt.GroupFolds(groups, len(groups), 3, rapid.Uint64().Draw(t, "seed"))
		of := map[string]int{}
		for i, g := range groups {
			if f, seen := of[g]; seen && f != folds[i] {
				t.Fatalf("group %q is in folds %d and %d", g, f, folds[i])
			}
			of[g] = folds[i]
		}
		var count [3]int
		for _, f := range of {
			count[f]++
		}
		if slices.Max(count[:])-slices.Min(count[:]) > 1 {
			t.Fatalf("folds hold %v groups", count)
		}
	})
}

func TestLeastSquaresOfFourHouseholdsIsTheTextbooks(t *testing.T) {
	m := pmt.Matrix{Names: []string{"x", "twice"}, Columns: [][]float64{{1, 2, 3, 4}, {2, 4, 6, 8}}}
	fit, err := pmt.OLS(m, []float64{2, 3, 5, 6}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(fit.Coefficients[0]-1.4) > 1e-12 || math.Abs(fit.Intercept-0.5) > 1e-12 || !slices.Equal(fit.Dropped, []string{"twice"}) {
		t.Errorf("intercept %v, slope %v, dropped %v", fit.Intercept, fit.Coefficients, fit.Dropped)
	}
}

func TestAWeightOfTwoIsTheHouseholdTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(8, 30).Draw(t, "n")
		m := pmt.Matrix{Names: []string{"x", "z"}, Columns: make([][]float64, 2)}
		long := pmt.Matrix{Names: m.Names, Columns: make([][]float64, 2)}
		var y, w, yy []float64
		for range n {
			a, b := rapid.Float64Range(-3, 3).Draw(t, "x"), rapid.Float64Range(-3, 3).Draw(t, "z")
			target, times := rapid.Float64Range(-3, 3).Draw(t, "y"), rapid.IntRange(1, 3).Draw(t, "w")
			m.Columns[0], m.Columns[1] = append(m.Columns[0], a), append(m.Columns[1], b)
			y, w = append(y, target), append(w, float64(times))
			for range times {
				long.Columns[0], long.Columns[1] = append(long.Columns[0], a), append(long.Columns[1], b)
				yy = append(yy, target)
			}
		}
		weighted, errA := pmt.Ridge(m, y, w, 0.1)
		repeated, errB := pmt.Ridge(long, yy, nil, 0.1)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		for j := range weighted.Coefficients {
			if math.Abs(weighted.Coefficients[j]-repeated.Coefficients[j]) > 1e-9 {
				t.Fatalf("coefficients %v weighted, %v repeated", weighted.Coefficients, repeated.Coefficients)
			}
		}
	})
}

func TestAQuantileRegressionLeavesItsShareBelow(t *testing.T) {
	m, target := households(500, 5)
	for _, tau := range []float64{0.1, 0.5, 0.8} {
		fit, err := pmt.Quantile(m, target, nil, tau)
		if err != nil {
			t.Fatal(err)
		}
		scores, err := fit.Predict(m)
		if err != nil {
			t.Fatal(err)
		}
		below := 0.0
		for i := range scores {
			if target[i] < scores[i]-1e-6 {
				below++
			}
		}
		if below > tau*500 || below < tau*500-12 {
			t.Errorf("%v of 500 lie below the %v quantile", below, tau)
		}
	}
}

func TestALogitThatSeparatesCompletelyIsRefused(t *testing.T) {
	m := pmt.Matrix{Names: []string{"x"}, Columns: [][]float64{{1, 2, 3, 4, 5, 6}}}
	if _, err := pmt.Logit(m, []float64{0, 0, 0, 1, 1, 1}, nil, 0); err == nil {
		t.Error("accepted")
	}
	if _, err := pmt.Logit(m, []float64{0, 1, 0, 1, 0, 1}, nil, 0); err != nil {
		t.Error(err)
	}
}

func TestPointsAreWholeAndThePoorestAnswersGiveNothing(t *testing.T) {
	data, welfare := encoded(t)
	card, err := pmt.FitScorecard(data.Answers, welfare, nil, 8, 4)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range card.Questions {
		if slices.Min(q.Points) != 0 {
			t.Errorf("question %q gives %v", q.Name, q.Points)
		}
	}
	if card.Most < 95 || card.Most > 105 {
		t.Errorf("the best answers add up to %d", card.Most)
	}
	before := 1.0
	for _, b := range card.Bands {
		if b.Likelihood > before || b.Likelihood < 0 {
			t.Errorf("likelihoods do not fall: %v", card.Bands)
		}
		before = b.Likelihood
	}
	scores, err := card.Score(data.Answers)
	if err != nil {
		t.Fatal(err)
	}
	poor := 0.0
	for _, y := range welfare {
		if y <= 8 {
			poor++
		}
	}
	if rate := card.Rate(scores, nil); math.Abs(rate-poor/float64(len(welfare))) > 1e-9 {
		t.Errorf("rate by likelihoods %v, by truth %v", rate, poor/float64(len(welfare)))
	}
}

func TestTheNearestRisingSequencePoolsViolators(t *testing.T) {
	if got := pmt.Isotonic([]float64{1, 3, 2, 4, 4, 0}, nil); !slices.Equal(got, []float64{1, 2.5, 2.5, 8.0 / 3, 8.0 / 3, 8.0 / 3}) {
		t.Errorf("got %v", got)
	}
}

func TestCalibrationGivesTheSharesSeen(t *testing.T) {
	scores := []float64{1, 1, 2, 2, 3, 3}
	target := []float64{0, 0, 0, 5, 5, 5}
	c, err := pmt.Calibrate(scores, target, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	if c.Likelihood(1) != 1 || c.Likelihood(0) != 1 || c.Likelihood(9) != 0 || c.Likelihood(1.5) <= c.Likelihood(2.5) {
		t.Errorf("likelihoods %v %v %v %v", c.Likelihood(0), c.Likelihood(1.5), c.Likelihood(2.5), c.Likelihood(9))
	}
}

func TestTheCutOffBalancesTheErrors(t *testing.T) {
	scores := []float64{1, 2, 3, 4, 5, 6}
	target := []float64{0, 0, 5, 0, 5, 5}
	cut, err := pmt.Cutoff(scores, target, nil, 1)
	if err != nil || cut != 4.5 && cut != 3.5 && cut != 2.5 {
		t.Errorf("cut-off %v (%v)", cut, err)
	}
}

func TestALookUpTableIsReadAsPrinted(t *testing.T) {
	table, err := pmt.NewLookup("line", []float64{5, 0}, []float64{0.2, 0.9})
	if err != nil {
		t.Fatal(err)
	}
	if rate, err := table.Rate([]float64{0, 5, 5, 5}, nil); err != nil || math.Abs(rate-0.375) > 1e-12 {
		t.Errorf("rate %v (%v)", rate, err)
	}
	if _, err := table.At(3); err == nil {
		t.Error("a score outside the table was guessed")
	}
}

func FuzzADamagedModelFileIsRefusedOrScores(f *testing.F) {
	f.Add(`{"format":"rightkey score 1","encoder":{"spec":{"features":[{"name":"size"}]}},"model":{"kind":"boost","boosted":{"names":["size"],"base":1,"trees":[{"nodes":[{"f":0,"t":2},{"f":-1,"v":1},{"f":-1,"v":2}]}]}}}`)
	f.Add(`{"format":"rightkey score 1","encoder":{"spec":{}},"model":{"kind":"ols"}}`)
	s, _ := madeUp()
	f.Fuzz(func(_ *testing.T, text string) {
		file, err := pmt.Read(strings.NewReader(text))
		if err != nil {
			return
		}
		if data, err := file.Encoder.Encode(s); err == nil && data.Rows() > 0 {
			_, _ = file.Model.Score(data)
		}
	})
}

func ExampleOLS() {
	m := pmt.Matrix{Names: []string{"rooms"}, Columns: [][]float64{{1, 2, 3, 4}}}
	fit, err := pmt.OLS(m, []float64{7, 7.5, 8, 8.5}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f + %.2f rooms\n", fit.Intercept, fit.Coefficients[0])
	// Output: 6.50 + 0.50 rooms
}
