package linkage

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestRelativesInNamesTellNamesakesFromEachOther(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"Aslam s/o Rasool", "Rasool s/o Aslam", "different"},
		{"Aslam s/o Rasool", "Akbar s/o Rasool", "different"},
		{"Aslam Khan s/o Rasool", "Aslam Khan s/o Nazir", "one word"},
		{"Nasreen d/o Rasool", "Nasreen w/o Akbar", "all words of one"},
		{"Aslam Khan s/o Rasool", "Aslam Khan", "all words of one"},
		{"Ahmad bin Ali", "Ahmad Ali", "same words"},
		{"Ahmad bin Ali", "Ahmad ibn Aly", "very alike"},
		{"Wang Bin Hua", "Wang Binhua", "very alike"},
		{"اسلم ولد رسول", "Aslam s/o Rasul", "same words"},
	} {
		got := levelNames[Name][compareFullName(normalise(Name, c.a), normalise(Name, c.b))]
		if got != c.want {
			t.Errorf("%s and %s: %s, want %s", c.a, c.b, got, c.want)
		}
	}
}

// A register writes the father into the name; a list of the same people does so for half of them, with other
// abbreviations and slips. Sons are named after grandfathers, so that many bear their father's father's names.
func TestAListWithFathersInTheNamesIsLinked(t *testing.T) {
	names := []string{"Aslam", "Akbar", "Rasool", "Nazir", "Bashir", "Imran", "Yusuf", "Khalid", "Rashid", "Hamid", "Tariq", "Javed", "Saleem", "Iqbal", "Anwar", "Zahid", "Shafiq", "Majid", "Latif", "Karim"}
	random := rand.New(rand.NewPCG(3, 3))
	b, err := NewBuilder([]Field{{"name", Name}, {"birth", Date}, {"village", Place}})
	if err != nil {
		t.Fatal(err)
	}
	const persons = 2000
	var rows [persons][3]string
	name := func() string { return names[random.IntN(len(names))] + " " + names[random.IntN(len(names))] }
	for i := range rows {
		own, father := name(), name()
		birth := fmt.Sprintf("%d-%02d-%02d", 1950+random.IntN(50), 1+random.IntN(12), 1+random.IntN(28))
		village := fmt.Sprintf("chak%02d", random.IntN(40))
		b.Add([]string{own + " S/O " + father, birth, village}, "")
		second := own
		if random.IntN(2) == 0 {
			second = own + []string{" s/o. ", " son of ", " ولد "}[random.IntN(3)] + "Late " + father
		}
		if random.IntN(5) == 0 {
			birth = birth[:8] + "01"
		}
		rows[i] = [3]string{second, birth, village}
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
	t.Logf("precision %.3f, recall %.3f", precision, recall)
	if precision < .98 || recall < .97 {
		t.Errorf("precision %.3f and recall %.3f, want at least .98 and .97", precision, recall)
	}
}
