package linkage_test

import (
	"fmt"
	"slices"
	"testing"

	"rightkey/linkage"
)

func TestNoOtherValueOfAFieldScoresMoreThanTheMostThatIsSaidBeforeItIsRead(t *testing.T) {
	rows := villagers(2000)
	fields := []linkage.Field{{Name: "name", Kind: linkage.Name}, {Name: "birth", Kind: linkage.Date}, {Name: "sex", Kind: linkage.Sex}, {Name: "id", Kind: linkage.ID}, {Name: "village", Kind: linkage.Place}}
	builder, err := linkage.NewBuilder(fields)
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
	x, err := linkage.NewMatcher(groups.Model)
	if err != nil {
		t.Fatal(err)
	}
	reached := make([]int, len(fields)) // by how many values that differ
	for i := range rows {
		for j := i + 1; j < len(rows); j += 41 {
			for f := range fields {
				a, b := x.Normalise(rows[i]), x.Normalise(rows[j])
				if j%2 == 0 && a[f] != "" { // one letter apart
					b[f] = a[f][:len(a[f])-1] + string("0a"[min(1, f)])
				}
				if a[f] == b[f] {
					continue
				}
				unread := slices.Clone(b)
				unread[f] = ""
				most, score := x.MostScore(a, unread, f), x.Score(a, b)
				if score > most {
					t.Fatalf("%q and %q score %v; without %s at most %v was said", a, b, score, fields[f].Name, most)
				}
				if score == most && a[f] != "" && b[f] != "" {
					reached[f]++
				}
				if x.Probability(score) > x.Probability(most) {
					t.Fatalf("%v is likelier than %v", score, most)
				}
			}
		}
	}
	if reached[3] < 100 {
		t.Errorf("the most was reached by %v values of the fields", reached)
	}
	t.Log(reached)
}
