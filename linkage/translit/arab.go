package translit

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

// arabPieces are the pieces of a model of names in Arabic letters, one a line: native, Latin, probability. It was
// trained with Train on the names of people in Wikidata in both scripts (public domain, CC0).
//
//go:embed arab.tsv
var arabPieces string

// Arab returns the model of names in Arabic letters, folded as package script folds them.
var Arab = sync.OnceValue(func() *Model {
	var list []Listed
	for line := range strings.Lines(arabPieces) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		probability, err := strconv.ParseFloat(cells[2], 64)
		if err != nil {
			panic("translit: arab.tsv: " + err.Error()) // the file is part of the program
		}
		list = append(list, Listed{cells[0], cells[1], probability})
	}
	return FromList(list)
})
