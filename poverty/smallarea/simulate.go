package smallarea

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
)

// Households are scored households of a survey or a census: the linear prediction of their log welfare, and their
// area.
type Households struct {
	Score  []float64
	Weight []float64 // persons; nil for 1 each
	Area   []string
}

// Errors is the error structure of a model of log welfare: log welfare = score + area effect + household error.
type Errors struct {
	AreaVariance      float64
	HouseholdVariance float64
	Residual          map[string]float64 // mean residual of each surveyed area
	Rows              map[string]float64 // its households
}

// FitErrors splits the residuals of a survey into the variance between and within areas (analysis of variance).
func FitErrors(survey Households, logWelfare []float64) (*Errors, error) {
	if len(logWelfare) != len(survey.Score) || len(survey.Area) != len(survey.Score) {
		return nil, fmt.Errorf("%d scores, %d welfare amounts, %d areas", len(survey.Score), len(logWelfare), len(survey.Area))
	}
	e := &Errors{Residual: map[string]float64{}, Rows: map[string]float64{}}
	squares, sum, n := 0.0, 0.0, 0.0
	for i, y := range logWelfare {
		r := y - survey.Score[i]
		e.Residual[survey.Area[i]] += r
		e.Rows[survey.Area[i]]++
		squares += r * r
		sum += r
		n++
	}
	between, n2 := 0.0, 0.0
	for _, area := range distinct(survey.Area) {
		rows := e.Rows[area]
		e.Residual[area] /= rows
		squares -= rows * e.Residual[area] * e.Residual[area]
		between += rows * (e.Residual[area] - sum/n) * (e.Residual[area] - sum/n)
		n2 += rows * rows
	}
	areas := float64(len(e.Rows))
	if areas < 2 || n <= areas {
		return nil, errors.New("the variance of area effects needs several areas with several households")
	}
	e.HouseholdVariance = squares / (n - areas)
	e.AreaVariance = max(0, (between/(areas-1)-e.HouseholdVariance)*(areas-1)/(n-n2/n))
	return e, nil
}

// Simulation asks for a poverty map.
type Simulation struct {
	Line  float64 // in units of welfare, not of its logarithm
	Draws int
	Seed  uint64
	// Conditional draws the effects of surveyed areas around what their sample shows (empirical best prediction)
	// instead of around 0 (Elbers, Lanjouw and Lanjouw).
	Conditional bool
}

// AreaPoverty is an area's simulated headcount, gap and squared gap with their standard errors.
type AreaPoverty struct {
	Area     string
	Rows     int
	FGT      [3]float64
	FGTError [3]float64
}

// Simulate draws the welfare of every census household again and again and averages the poverty of each area. The
// result depends on the seed, not on the number of processors. Areas come in the order of the census.
func Simulate(census Households, e *Errors, s Simulation) ([]AreaPoverty, error) {
	if s.Draws < 2 || !(s.Line > 0) {
		return nil, fmt.Errorf("simulation of %d draws under a line of %v", s.Draws, s.Line)
	}
	if len(census.Area) != len(census.Score) || census.Weight != nil && len(census.Weight) != len(census.Score) {
		return nil, fmt.Errorf("%d scores, %d areas, %d weights", len(census.Score), len(census.Area), len(census.Weight))
	}
	names := distinct(census.Area)
	rows := map[string][]int{}
	for i, area := range census.Area {
		rows[area] = append(rows[area], i)
	}
	result := make([]AreaPoverty, len(names))
	var wait sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for k := range next {
				random := rand.New(rand.NewPCG(s.Seed, uint64(k)))
				result[k] = s.area(names[k], rows[names[k]], census, e, random)
			}
		})
	}
	for k := range names {
		next <- k
	}
	close(next)
	wait.Wait()
	return result, nil
}

// area simulates one area.
func (s Simulation) area(name string, rows []int, census Households, e *Errors, random *rand.Rand) AreaPoverty {
	center, spread := 0.0, e.AreaVariance
	if n := e.Rows[name]; s.Conditional && n > 0 && e.AreaVariance > 0 {
		shrink := e.AreaVariance / (e.AreaVariance + e.HouseholdVariance/n)
		center, spread = shrink*e.Residual[name], e.AreaVariance*(1-shrink)
	}
	result := AreaPoverty{Area: name, Rows: len(rows)}
	var squares [3]float64
	line := math.Log(s.Line)
	for range s.Draws {
		effect := center + math.Sqrt(spread)*random.NormFloat64()
		var sum [3]float64
		total := 0.0
		for _, i := range rows {
			w := 1.0
			if census.Weight != nil {
				w = census.Weight[i]
			}
			total += w
			y := census.Score[i] + effect + math.Sqrt(e.HouseholdVariance)*random.NormFloat64()
			if y > line {
				continue
			}
			gap := 1 - math.Exp(y-line)
			sum[0] += w
			sum[1] += w * gap
			sum[2] += w * gap * gap
		}
		for a := range sum {
			index := sum[a] / total
			result.FGT[a] += index / float64(s.Draws)
			squares[a] += index * index
		}
	}
	for a := range squares {
		n := float64(s.Draws)
		result.FGTError[a] = math.Sqrt(max(0, squares[a]-n*result.FGT[a]*result.FGT[a]) / (n - 1))
	}
	return result
}

// distinct lists the different names in the order of first appearance.
func distinct(names []string) []string {
	seen := map[string]bool{}
	var list []string
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			list = append(list, name)
		}
	}
	return list
}
