package pmt

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Scorecard is a short list of questions whose answers carry whole points from 0 up; the points of the best answers
// add up to about 100. The poorest answers give 0.
type Scorecard struct {
	Questions []Question `json:"questions"`
	// Bands give for ranges of the total the share of poor people found there (5 points wide, falling).
	Bands []Band  `json:"bands"`
	Line  float64 `json:"line"`
	Most  int     `json:"most"` // the highest total
}

// Question is one question with the points of its answers.
type Question struct {
	Name   string   `json:"name"`
	Labels []string `json:"answers"`
	Points []int    `json:"points"`
}

// Band is a range of totals From to To inclusive with the likelihood of being poor.
type Band struct {
	From       int     `json:"from"`
	To         int     `json:"to"`
	Rows       int     `json:"rows"`
	Likelihood float64 `json:"likelihood"`
}

// FitScorecard chooses questions one after another, each time the one that explains most of the target beyond those
// chosen, and turns their effects into whole points: round(100 (effect - least effect) / sum of the largest effects).
// The effects are those of a least-squares fit to the target with values far above the line brought nearer, so that
// points separate households around the line rather than among the rich.
func FitScorecard(answers []Answers, target, weight []float64, line float64, questions int) (*Scorecard, error) {
	if len(answers) == 0 || questions < 1 {
		return nil, fmt.Errorf("a scorecard of %d questions from %d", questions, len(answers))
	}
	near := tempered(target, line)
	design, blocks := dummies(answers)
	if err := design.check(near, weight); err != nil {
		return nil, err
	}
	s := newScale(design, near, weight)
	g := s.gram(design, near, weight, nil)
	chosen := g.forward(blocks, questions)
	if len(chosen) == 0 {
		return nil, errors.New("no question tells households apart")
	}
	var columns []int
	for _, q := range chosen {
		columns = append(columns, blocks[q]...)
	}
	coefficients := g.coefficients(s, columns)
	card := &Scorecard{Line: line}
	card.setPoints(answers, chosen, blocks, coefficients)
	scores, err := card.Score(answers)
	if err != nil {
		return nil, err
	}
	card.Bands = bands(scores, target, weight, line, card.Most)
	return card, nil
}

// tempered bends the target above the line: differences there count a third.
func tempered(target []float64, line float64) []float64 {
	bent := slices.Clone(target)
	for i, y := range bent {
		if y > line {
			bent[i] = line + (y-line)/3
		}
	}
	return bent
}

// dummies has a column for each answer but the first of each question; blocks lists each question's columns.
func dummies(answers []Answers) (m Matrix, blocks [][]int) {
	blocks = make([][]int, len(answers))
	for q, a := range answers {
		for k := 1; k < len(a.Labels); k++ {
			column := make([]float64, len(a.Of))
			for i, of := range a.Of {
				column[i] = truth(of == k)
			}
			blocks[q] = append(blocks[q], len(m.Columns))
			m.Names, m.Columns = append(m.Names, a.Question+": "+a.Labels[k]), append(m.Columns, column)
		}
	}
	return m, blocks
}

// forward chooses blocks of columns by the sum of squares that each adds.
func (g *Gram) forward(blocks [][]int, most int) []int {
	var chosen, columns []int
	for len(chosen) < most {
		best, gain := -1, 1e-9
		for q, block := range blocks {
			if len(block) == 0 || slices.Contains(chosen, q) {
				continue
			}
			if explained := g.explained(append(slices.Clone(columns), block...)); explained > gain {
				best, gain = q, explained
			}
		}
		if best < 0 {
			return chosen
		}
		chosen = append(chosen, best)
		columns = append(columns, blocks[best]...)
	}
	return chosen
}

// explained is the share of the target's variance that least squares on some columns explains.
func (g *Gram) explained(columns []int) float64 {
	kept, factor, sd := g.factor(columns)
	p := len(g.sum) - 1
	sum := 0.0
	projected := make([]float64, len(kept))
	for a, j := range kept {
		v := g.centered(j, p) / sd[j]
		for b := range a {
			v -= factor[a][b] * projected[b]
		}
		projected[a] = v / factor[a][a]
		sum += projected[a] * projected[a]
	}
	return sum / g.centered(p, p)
}

// factor factorises the correlations of those columns that vary and are not determined by others.
func (g *Gram) factor(columns []int) (kept []int, factor [][]float64, sd []float64) {
	sd = make([]float64, len(g.sum))
	var varying []int
	for _, j := range columns {
		if sd[j] = math.Sqrt(max(g.centered(j, j), 0)); sd[j] > 1e-9 {
			varying = append(varying, j)
		}
	}
	kept, factor = factorise(varying, func(j, k int) float64 { return g.centered(j, k) / (sd[j] * sd[k]) }, 0, leastPivot)
	return kept, factor, sd
}

// coefficients are the least-squares effects of some columns, by column; 0 for those left out.
func (g *Gram) coefficients(s scale, columns []int) []float64 {
	kept, factor, sd := g.factor(columns)
	p := len(g.sum) - 1
	right := make([]float64, len(kept))
	for a, j := range kept {
		right[a] = g.centered(j, p) / sd[j]
	}
	effects := make([]float64, p)
	for a, beta := range substitute(factor, right) {
		j := kept[a]
		effects[j] = beta / sd[j] * s.unit[p] / s.unit[j]
	}
	return effects
}

func (c *Scorecard) setPoints(answers []Answers, chosen []int, blocks [][]int, coefficients []float64) {
	effects := make([][]float64, len(chosen))
	total := 0.0
	for k, q := range chosen {
		effects[k] = []float64{0}
		for _, column := range blocks[q] {
			effects[k] = append(effects[k], coefficients[column])
		}
		least := slices.Min(effects[k])
		for a := range effects[k] {
			effects[k][a] -= least
		}
		total += slices.Max(effects[k])
	}
	for k, q := range chosen {
		question := Question{Name: answers[q].Question, Labels: answers[q].Labels}
		for _, effect := range effects[k] {
			question.Points = append(question.Points, int(math.Round(100*effect/total)))
		}
		c.Most += slices.Max(question.Points)
		c.Questions = append(c.Questions, question)
	}
}

// Score adds up the points of households, whole numbers from 0 to Most. Every question of the card must be among the
// answers, with the same labels.
func (c *Scorecard) Score(answers []Answers) ([]float64, error) {
	var scores []float64
	for _, q := range c.Questions {
		k := slices.IndexFunc(answers, func(a Answers) bool { return a.Question == q.Name })
		if k < 0 {
			return nil, fmt.Errorf("question %q has no answers", q.Name)
		}
		if scores == nil {
			scores = make([]float64, len(answers[k].Of))
		}
		points := make([]int, len(answers[k].Labels))
		for a, label := range answers[k].Labels {
			if at := slices.Index(q.Labels, label); at >= 0 {
				points[a] = q.Points[at]
			}
		}
		for i, of := range answers[k].Of {
			scores[i] += float64(points[of])
		}
	}
	return scores, nil
}

// bands tabulate the share of poor people by total, 5 points a band, made to fall with the total.
func bands(scores, target, weight []float64, line float64, most int) []Band {
	const width = 5
	list := make([]Band, most/width+1)
	poor, total := make([]float64, len(list)), make([]float64, len(list))
	for b := range list {
		list[b].From, list[b].To = b*width, min((b+1)*width-1, most)
	}
	for i, score := range scores {
		b := int(score) / width
		list[b].Rows++
		total[b] += at(weight, i)
		if target[i] <= line {
			poor[b] += at(weight, i)
		}
	}
	shares := make([]float64, len(list))
	for b := range shares {
		if total[b] > 0 {
			shares[b] = -poor[b] / total[b]
		}
	}
	for b, rising := range Isotonic(shares, total) {
		list[b].Likelihood = -rising
	}
	return list
}

// Likelihood is the share of poor people in the band of a total.
func (c *Scorecard) Likelihood(total float64) float64 {
	for _, b := range c.Bands {
		if total <= float64(b.To) {
			return b.Likelihood
		}
	}
	return 0
}

// Rate is the poverty rate of a group by its scores: the mean of the likelihoods, not the share below a cut-off.
func (c *Scorecard) Rate(scores, weight []float64) float64 {
	likelihoods := make([]float64, len(scores))
	for i, s := range scores {
		likelihoods[i] = c.Likelihood(s)
	}
	return weightedMean(likelihoods, weight)
}
