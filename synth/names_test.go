package synth_test

import (
	"encoding/csv"
	"math/rand/v2"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"rightkey/internal/testdata"
	"rightkey/synth"
)

// counted are names and how many persons bear them.
type counted struct {
	names []string
	upTo  []float64
}

func (c *counted) draw(r *rand.Rand) string {
	at := sort.SearchFloat64s(c.upTo, r.Float64()*c.upTo[len(c.upTo)-1])
	return c.names[min(at, len(c.names)-1)]
}

// realNames reads a column of counts.
func realNames(t *testing.T, pattern, name, count string) *counted {
	t.Helper()
	rows, err := csv.NewReader(testdata.Open(t, pattern)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows[0][0] = strings.TrimPrefix(rows[0][0], "\ufeff")
	named, counts := slices.Index(rows[0], name), slices.Index(rows[0], count)
	c := &counted{}
	total := 0.0
	for _, row := range rows[1:] {
		n, err := strconv.ParseFloat(row[counts], 64)
		if err != nil || n <= 0 {
			continue
		}
		total += n
		c.names, c.upTo = append(c.names, row[named]), append(c.upTo, total)
	}
	return c
}

// diversity is how many names 100,000 persons bear, and what share of them the ten most frequent.
func diversity(names []string) (distinct int, top float64) {
	count := map[string]int{}
	for _, name := range names {
		count[name]++
	}
	counts := make([]int, 0, len(count))
	for _, n := range count {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	sum := 0
	for _, n := range counts[max(0, len(counts)-10):] {
		sum += n
	}
	return len(count), float64(sum) / float64(len(names))
}

// The names of a population in Han characters are about as many, and the most frequent about as frequent, as those
// drawn from the counts of 1.2 billion persons.
func TestNamesAreAsDiverseAsRealOnes(t *testing.T) {
	found, err := os.ReadDir("../policies")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, pack := range found {
		text, err := os.ReadFile("../policies/" + pack.Name() + "/examples/synth.yaml")
		if err != nil || !strings.Contains(string(text), "王") {
			continue
		}
		var setting struct {
			Words struct {
				Names synth.Names `yaml:"names"`
			} `yaml:"words"`
		}
		if err := yaml.Unmarshal(text, &setting); err != nil {
			t.Fatal(err)
		}
		tried++
		const persons = 100_000
		made, err := setting.Words.Names.Sample(1, persons)
		if err != nil {
			t.Fatal(err)
		}
		compareDiversity(t, made, realSample(t, setting.Words.Names.Two, persons))
	}
	if tried == 0 {
		t.Error("no pack has names in Han characters")
	}
}

// realSample draws names of men and women by the real counts, with two given names as often as asked.
func realSample(t *testing.T, two float64, persons int) []string {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	surnames := realNames(t, "linkage/cn_familyname*", "surname", "n.1930_2008")
	given := []*counted{realNames(t, "linkage/cn_givenname*", "character", "n.male"), realNames(t, "linkage/cn_givenname*", "character", "n.female")}
	names := make([]string, persons)
	for i := range names {
		names[i] = surnames.draw(r) + given[i%2].draw(r)
		if r.Float64() < two {
			names[i] += given[i%2].draw(r)
		}
	}
	return names
}

func compareDiversity(t *testing.T, made, real []string) {
	t.Helper()
	distinct, top := diversity(made)
	realDistinct, realTop := diversity(real)
	t.Logf("%d names for 100,000 persons, real ones %d; the ten most frequent are borne by %.4f, real ones by %.4f", distinct, realDistinct, top, realTop)
	if ratio := float64(distinct) / float64(realDistinct); ratio < 0.95 || ratio > 1.05 {
		t.Errorf("%d names for 100,000 persons, real ones are %d", distinct, realDistinct)
	}
	if ratio := top / realTop; ratio < 0.7 || ratio > 1.4 {
		t.Errorf("the ten most frequent names are borne by %.4f, real ones by %.4f", top, realTop)
	}
	first := func(names []string) []string {
		all := make([]string, len(names))
		for i, name := range names {
			all[i] = string([]rune(name)[0])
		}
		return all
	}
	_, surnames := diversity(first(made))
	_, realSurnames := diversity(first(real))
	if ratio := surnames / realSurnames; ratio < 0.9 || ratio > 1.1 {
		t.Errorf("the ten most frequent surnames are borne by %.4f, real ones by %.4f", surnames, realSurnames)
	}
}
