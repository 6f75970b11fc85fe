package linkage

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"rightkey/internal/testdata"
)

func loadTwo(t testing.TB, left, right string, fields ...string) (*Records, [2][][]string) {
	var fs []Field
	for _, f := range fields {
		x, err := ParseField(f)
		if err != nil {
			t.Fatal(err)
		}
		fs = append(fs, x)
	}
	b, _ := NewBuilder(fs)
	var all [2][][]string
	for side, file := range []string{left, right} {
		rows, err := csv.NewReader(testdata.Open(t, file)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		at := map[string]int{}
		for i, h := range rows[0] {
			at[strings.TrimSpace(h)] = i
		}
		if side == 1 {
			b.Split()
		}
		for _, row := range rows[1:] {
			v := make([]string, len(fs))
			for i, f := range fs {
				v[i] = row[at[f.Name]]
			}
			b.Add(v, "")
		}
		all[side] = rows[1:]
	}
	return b.Finish(), all
}

func TestLinkExp(t *testing.T) {
	for at, set := range [][]string{
		{"given_name:given", "surname:surname", "street_number:code", "address_1:address", "address_2:address", "suburb:place", "postcode:code", "state:code", "date_of_birth:date", "soc_sec_id:id"},
		{"given_name:given", "surname:surname", "street_number:code", "address_1:address", "address_2:address", "suburb:place", "postcode:code", "state:code", "date_of_birth:date"},
		{"given_name:given", "surname:surname", "address_1:address", "suburb:place", "postcode:code", "date_of_birth:date"},
	} {
		if s := os.Getenv("SET"); s != "" && !strings.Contains(s, fmt.Sprint(at)) {
			continue
		}
		r, rows := loadTwo(t, "linkage/dataset4a.csv.gz", "linkage/dataset4b.csv.gz", set...)
		start := time.Now()
		o := Defaults()
		o.Workers = 2
		l, err := Link(r, OneToOne, o)
		if err != nil {
			t.Fatal(err)
		}
		hit := 0
		for _, p := range l.Pairs {
			if strings.Split(rows[0][p.Left][0], "-")[1] == strings.Split(rows[1][p.Right][0], "-")[1] {
				hit++
			}
		}
		pr, re := float64(hit)/float64(len(l.Pairs)), float64(hit)/5000
		fmt.Printf("P %.5f R %.5f F %.5f scored %d expected %.1f %v\n", pr, re, 2*pr*re/(pr+re), l.Report.Pairs, l.Model.Prior*r.pairs(), time.Since(start))
	}
	r, _ := loadTwo(t, "linkage/transactions_origin.csv.gz", "linkage/transactions_destination.csv.gz", "memo:text", "transaction_date:code", "amount:id")
	_ = r
}
