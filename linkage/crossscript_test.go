package linkage

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"rightkey/internal/testdata"
)

func TestNamesAreComparedAcrossScripts(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		alike bool
	}{
		{"محمد", "muhammad", true}, {"فاطمہ", "fatima", true}, {"احمد", "ahmed", true}, {"خالد", "khalid", true}, {"محمد", "khalid", false},
		{"احمد", "fatima", false}, {"小明", "xiaoming", true}, {"小明", "dawei", false},
	} {
		level := compareSurname(c.a, c.b)
		if alike := level <= 4; alike != c.alike {
			t.Errorf("%s and %s: %s", c.a, c.b, levelNames[Surname][min(int(level), len(levelNames[Surname])-1)])
		}
	}
}

func TestTwoRegistersInDifferentScriptsAreLinked(t *testing.T) {
	lines := bufio.NewScanner(testdata.Open(t, "linkage/wd_arabic_80.tsv.gz"))
	var latin, native []string
	for lines.Scan() {
		if cells := strings.Split(lines.Text(), "\t"); cells[2] != "1" {
			latin, native = append(latin, cells[0]), append(native, strings.ReplaceAll(cells[1], " ", ""))
		}
	}
	const persons = 1500
	random := rand.New(rand.NewPCG(5, 5))
	b, err := NewBuilder([]Field{{"given", Given}, {"surname", Surname}, {"birth", Date}})
	if err != nil {
		t.Fatal(err)
	}
	var rows [persons][3]string
	for i := range rows {
		g, s := random.IntN(len(latin)), random.IntN(len(latin))
		birth := fmt.Sprintf("%d-%02d-%02d", 1940+random.IntN(60), 1+random.IntN(12), 1+random.IntN(28))
		b.Add([]string{latin[g], latin[s], birth}, "")
		rows[i] = [3]string{native[g], native[s], birth[:4]}
	}
	b.Split()
	for _, row := range rows {
		b.Add(row[:], "")
	}
	result, err := Link(b.Finish(), OneToOne, Defaults())
	if err != nil {
		t.Fatal(err)
	}
	hits := 0
	for _, p := range result.Pairs {
		hits += btoi(p.Left == p.Right)
	}
	precision, recall := float64(hits)/float64(len(result.Pairs)), float64(hits)/persons
	t.Logf("names and year of birth: precision %.3f, recall %.3f", precision, recall)
	if precision < .95 || recall < .90 {
		t.Errorf("precision %.3f and recall %.3f, want at least .95 and .90", precision, recall)
	}
}
