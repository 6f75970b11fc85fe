package synth

import (
	"fmt"
	"strings"
)

// names draws different names of areas, each with an ending.
func names(d dice, parts PlaceName, count int) []Syllable {
	order := d.Perm(len(parts.First) * len(parts.Second))
	list := make([]Syllable, count)
	for i := range list {
		first := parts.First[order[i]/len(parts.Second)]
		second := parts.Second[order[i]%len(parts.Second)]
		ending := parts.Endings[d.IntN(len(parts.Endings))]
		list[i] = Syllable{
			Text:  first.Text + second.Text + ending.Text,
			Latin: first.Latin + strings.ToLower(second.Latin) + ending.Latin,
		}
	}
	return list
}

// area is the number'th area, from 0, of a level within the area around.
func (p PlaceName) area(name Syllable, around Area, number int) Area {
	return Area{
		Code: fmt.Sprintf("%s%0*d", around.Code, p.Digits, p.From+number), Name: name.Text, Latin: name.Latin, Level: around.Level + 1,
	}
}
