package linkage_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"rightkey/linkage"
)

// villagers are n rows of a register: name, day of birth, sex, number and village. Names are common and rare, so are
// days; every fortieth person is written once more, with a slip in the name.
func villagers(n int) [][]string {
	random := rand.New(rand.NewPCG(7, 7))
	given := strings.Fields("Anna Bela Cora Dora Elin Fara Gala Hana Inga Jana Kara Lena Mira Nora Olga Pola Rina Sara Tova Vera")
	families := strings.Fields("Holm Berg Stern Sand Dahl Lund Strom Falk Brandt Koch Meer Vogel Winter Fuchs Horn Busch Kraus Sommer Keller Jung")
	often := func(names []string) string { return names[int(float64(len(names))*math.Pow(random.Float64(), 2))] }
	var rows [][]string
	for i := range n {
		birth := fmt.Sprintf("%d-%02d-%02d", 1940+random.IntN(60), 1+random.IntN(12), 1+random.IntN(28))
		if i%8 == 0 {
			birth = birth[:4] + "-01-01" // the day is not known
		}
		row := []string{often(given) + " " + often(families), birth, []string{"f", "m"}[random.IntN(2)], fmt.Sprint(100000000 + 7919*i), fmt.Sprint(11001001 + random.IntN(4))}
		rows = append(rows, row)
		if i%40 == 39 {
			rows = append(rows, []string{strings.Replace(row[0], "a", "aa", 1), row[1], row[2], "", row[4]})
		}
	}
	return rows
}

func TestAModelWithoutPersonalValuesJudgesAsTheLearntOneButForRareValues(t *testing.T) {
	rows := villagers(3000)
	builder, err := linkage.NewBuilder([]linkage.Field{{Name: "name", Kind: linkage.Name}, {Name: "birth", Kind: linkage.Date}, {Name: "sex", Kind: linkage.Sex}, {Name: "id", Kind: linkage.ID}, {Name: "village", Kind: linkage.Place}})
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		builder.Add(row, fmt.Sprint(i))
	}
	groups, err := linkage.Dedupe(builder.Finish(), linkage.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	lean := groups.Model.Impersonal(5, 0, 1, 2, 4)
	text, err := json.Marshal(lean)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[:200] {
		if !strings.HasSuffix(row[1], "-01-01") && strings.Contains(string(text), row[1]) || row[3] != "" && strings.Contains(string(text), row[3]) {
			t.Fatalf("the model keeps the day or the number of %v", row)
		}
	}
	again, err := json.Marshal(lean.Impersonal(5, 0, 1, 2, 4))
	if err != nil || string(again) != string(text) {
		t.Errorf("taking away personal values twice takes away more (%v)", err)
	}
	var stored linkage.Model
	if err := json.Unmarshal(text, &stored); err != nil {
		t.Fatal(err)
	}
	whole, err := linkage.NewMatcher(groups.Model)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := linkage.NewMatcher(&stored)
	if err != nil {
		t.Fatal(err)
	}
	compared, worst := 0, map[string]float64{}
	for i := range rows {
		for j := i + 1; j < len(rows); j += 37 {
			a, b := whole.Compare(whole.Normalise(rows[i]), whole.Normalise(rows[j])), kept.Compare(kept.Normalise(rows[i]), kept.Normalise(rows[j]))
			compared++
			for f, field := range []string{"name", "birth", "sex", "id", "village"} {
				worst[field] = max(worst[field], math.Abs(a.Evidence[f].Bits-b.Evidence[f].Bits))
			}
			if a.Probability < .5 && b.Probability > .9 {
				t.Fatalf("%v and %v are likely one (%.3f) by the model that is kept, and not (%.3f) by the learnt one", rows[i], rows[j], b.Probability, a.Probability)
			}
		}
	}
	t.Log(compared, worst)
	for field, most := range map[string]float64{"name": 1, "birth": 4.5, "sex": .5, "village": .5} {
		if worst[field] > most {
			t.Errorf("%s tells %.2f bits more or less than by the learnt model", field, worst[field])
		}
	}
}
