package linkage

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"rightkey/internal/testdata"
	"rightkey/linkage/accuracy"
)

func load(t testing.TB, file, truth string, fields ...string) (*Records, []int) {
	rows, err := csv.NewReader(testdata.Open(t, file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, h := range rows[0] {
		at[strings.TrimSpace(h)] = i
	}
	var fs []Field
	for _, f := range fields {
		x, err := ParseField(f)
		if err != nil {
			t.Fatal(err)
		}
		fs = append(fs, x)
	}
	b, _ := NewBuilder(fs)
	var labels []int
	ids := map[string]int{}
	for _, row := range rows[1:] {
		v := make([]string, len(fs))
		for i, f := range fs {
			v[i] = row[at[f.Name]]
		}
		b.Add(v, "")
		key := row[at[truth]]
		if truth == "rec_id" {
			key = strings.Split(key, "-")[1]
		}
		if _, ok := ids[key]; !ok {
			ids[key] = len(ids)
		}
		labels = append(labels, ids[key])
	}
	return b.Finish(), labels
}

func TestExp(t *testing.T) {
	for at, set := range [][]string{
		{"linkage/dataset3.csv.gz", "rec_id", "given_name:given", "surname:surname", "street_number:code", "address_1:address", "address_2:address", "suburb:place", "postcode:code", "state:code", "date_of_birth:date", "soc_sec_id:id"},
		{"linkage/dataset3.csv.gz", "rec_id", "given_name:given", "surname:surname", "street_number:code", "address_1:address", "address_2:address", "suburb:place", "postcode:code", "state:code", "date_of_birth:date"},
		{"linkage/dataset3.csv.gz", "rec_id", "given_name:given", "surname:surname", "street_number:text", "address_1:address", "suburb:place", "postcode:code", "state:place", "date_of_birth:date"},
		{"linkage/dataset3.csv.gz", "rec_id", "given_name:given", "surname:surname", "postcode:code", "date_of_birth:date"},
		{"linkage/historical_50k.csv.gz", "cluster", "full_name:name", "first_name:given", "surname:surname", "dob:date", "birth_place:place", "postcode_fake:code", "gender:sex", "occupation:text"},
		{"linkage/historical_50k.csv.gz", "cluster", "full_name:name", "dob:date", "birth_place:place", "postcode_fake:code", "gender:sex", "occupation:text"},
		{"linkage/historical_50k.csv.gz", "cluster", "first_name:given", "surname:surname", "dob:date", "birth_place:place", "postcode_fake:code", "occupation:text"},
		{"linkage/historical_50k.csv.gz", "cluster", "full_name:name", "first_and_surname:name", "first_name:given", "surname:surname", "dob:date", "birth_place:place", "postcode_fake:code", "gender:sex", "occupation:text"},
		{"linkage/fake_1000.csv.gz", "cluster", "first_name:given", "surname:surname", "dob:date", "city:place", "email:text"},
	} {
		if s := os.Getenv("SET"); s != "" && !strings.Contains(s, strconv.Itoa(at)) {
			continue
		}
		r, truth := load(t, set[0], set[1], set[2:]...)
		start := time.Now()
		o := Defaults()
		o.Workers = 2
		e, err := newRun(r, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.prepare(); err != nil {
			t.Fatal(err)
		}
		if testing.Verbose() && os.Getenv("V") != "" {
			for _, ru := range e.report.Rules {
				fmt.Println(ru)
			}
			for _, f := range e.model.Fields {
				fmt.Printf("%-14s", f.Name)
				for i := range f.Levels {
					fmt.Printf(" %s %.3f/%.5f=%.1f |", f.Levels[i], f.M[i], f.U[i], f.weight(uint8(i)))
				}
				fmt.Println()
			}
			for _, x := range e.model.Ties {
				fmt.Println(r.fields[x.A].Name, r.fields[x.B].Name)
				for _, b := range x.Bits {
					fmt.Printf("   %.1f\n", b)
				}
			}
		}
		size := map[int]int{}
		all := 0.0
		for _, x := range truth {
			size[x]++
		}
		for _, n := range size {
			all += float64(n * (n - 1) / 2)
		}
		edges := e.edges()
		hit := 0
		for _, x := range edges {
			if truth[x.Left] == truth[x.Right] {
				hit++
			}
		}
		pt := time.Since(start)
		owner := e.group(edges)
		fo := make([]int, len(owner))
		for i := range owner {
			fo[i] = int(owner[i])
		}
		pw, bc := accuracy.Pairwise(fo, truth), accuracy.BCubed(fo, truth)
		if os.Getenv("FN") != "" {
			n := 0
			rnd := rand.New(rand.NewPCG(1, 1))
			by := map[int][]uint32{}
			for i, x := range truth {
				by[x] = append(by[x], uint32(i))
			}
			for n < 60 {
				g := by[truth[rnd.IntN(len(truth))]]
				if len(g) < 2 {
					continue
				}
				i, j := g[rnd.IntN(len(g))], g[rnd.IntN(len(g))]
				if i >= j || fo[i] == fo[j] {
					continue
				}
				n++
				ni, nj := 0, 0
				for _, x := range fo {
					if x == fo[i] {
						ni++
					}
					if x == fo[j] {
						nj++
					}
				}
				fmt.Printf("w %.1f  cluster %d: found %d %d\n", e.score(0, i, j), len(g), ni, nj)
				for _, k := range []uint32{i, j} {
					for f := range r.fields {
						fmt.Print(r.Value(int(k), f), " | ")
					}
					fmt.Println()
				}
			}
		}
		fmt.Println(set[0], len(set)-2, fmt.Sprintf("rules %d pairs %d edges %d recall %.4f expected %.0f of %.0f", len(e.rules), e.report.Pairs, len(edges), float64(hit)/all, e.model.Prior*r.pairs(), all))
		fmt.Println(fmt.Sprintf("   P %.4f R %.4f F %.5f B3 %.5f", pw.Precision, pw.Recall, pw.F1(), bc.F1()), pt, time.Since(start))
	}
}
