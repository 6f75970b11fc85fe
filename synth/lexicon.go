package synth

import (
	"errors"
	"fmt"
	"math"
	"sort"
	"strings"
)

// Lexicon are words and how often each is borne. With Weights the n'th word has the n'th weight; without, the words
// stand in the order of their frequency, which falls as (rank + Shift) to the power of -Exponent: the law of Zipf and
// Mandelbrot, which the frequencies of given names follow closely.
type Lexicon struct {
	Words    string    `yaml:"words"` // separated by spaces
	Weights  []float64 `yaml:"weights"`
	Shift    float64   `yaml:"shift"`
	Exponent float64   `yaml:"exponent"`
}

// bag draws words in proportion to their weights.
type bag struct {
	words []string
	upTo  []float64 // cumulated weights
}

// bag prepares the lexicon for drawing.
func (l Lexicon) bag() (bag, error) {
	b := bag{words: strings.Fields(l.Words)}
	if len(l.Weights) > 0 && len(l.Weights) != len(b.words) {
		return b, fmt.Errorf("%d weights for %d words", len(l.Weights), len(b.words))
	}
	total := 0.0
	for i := range b.words {
		weight := math.Pow(float64(i+1)+l.Shift, -l.Exponent)
		if len(l.Weights) > 0 {
			weight = l.Weights[i]
		}
		if !(weight > 0) || math.IsInf(weight, 0) {
			return b, fmt.Errorf("the weight of %q is not above zero", b.words[i])
		}
		total += weight
		b.upTo = append(b.upTo, total)
	}
	return b, nil
}

// draw draws a word, "" from an empty bag.
func (b bag) draw(d dice) string {
	if len(b.words) == 0 {
		return ""
	}
	at := sort.SearchFloat64s(b.upTo, d.Float64()*b.upTo[len(b.upTo)-1])
	return b.words[min(at, len(b.words)-1)]
}

// Names are what persons are called: a surname and one or two given names.
type Names struct {
	SurnameFirst bool    `yaml:"surname_first"`
	WifeKeeps    bool    `yaml:"wife_keeps"` // a wife keeps the surname of her father
	Joiner       string  `yaml:"joiner"`     // between surname and given name
	Between      string  `yaml:"between"`    // between two given names
	Two          float64 `yaml:"two"`        // share of the persons with two given names
	Surnames     Lexicon `yaml:"surnames"`
	Male         Lexicon `yaml:"male"`
	Female       Lexicon `yaml:"female"`
	FemaleLast   Lexicon `yaml:"female_last"` // what a woman bears in place of a surname; without, the surname
}

// namer draws names.
type namer struct {
	Names
	surnames, male, female, femaleLast bag
}

func (n Names) namer() (namer, error) {
	made := namer{Names: n}
	var wrong []error
	for _, list := range []struct {
		name     string
		of       Lexicon
		to       *bag
		optional bool
	}{{"surnames", n.Surnames, &made.surnames, false}, {"male names", n.Male, &made.male, false}, {"female names", n.Female, &made.female, false},
		{"last names of women", n.FemaleLast, &made.femaleLast, true}} {
		var err error
		if *list.to, err = list.of.bag(); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", list.name, err))
		}
		if len(list.to.words) == 0 && !list.optional {
			wrong = append(wrong, fmt.Errorf("%s are missing", list.name))
		}
	}
	return made, errors.Join(wrong...)
}

// surname draws a surname.
func (n namer) surname(d dice) string { return n.surnames.draw(d) }

// full joins a surname and a new given name.
func (n namer) full(d dice, surname string, male bool) string {
	given, last := n.female, surname
	if male {
		given = n.male
	} else if len(n.femaleLast.words) > 0 {
		last = n.femaleLast.draw(d)
	}
	name := given.draw(d)
	if d.chance(n.Two) {
		if second := given.draw(d); second != name {
			name += n.Between + second
		}
	}
	if n.SurnameFirst {
		return last + n.Joiner + name
	}
	return name + n.Joiner + last
}

// Sample draws the names of so many persons, of men and women in turn, as a population bears them.
func (n Names) Sample(seed uint64, persons int) ([]string, error) {
	made, err := n.namer()
	if err != nil {
		return nil, err
	}
	d := newDice(seed, 0)
	names := make([]string, persons)
	for i := range names {
		names[i] = made.full(d, made.surname(d), i%2 == 0)
	}
	return names, nil
}
