package registry

import (
	"slices"

	"rightkey/internal/policy"
)

// FormColumn is a column of a file of households, persons or entries, as the register itself names it: a mapping is
// guessed from these names.
type FormColumn struct {
	Name  string
	Item  *policy.Item // nil for the key, the household's key, the area's code and the version
	Class string       // class of the entry whose amount the column holds
}

// FormColumns are the columns of the file of a subject that the pack's form makes, in the order of the form; none for
// a subject that has no file.
func FormColumns(pack *policy.Pack, subject string) []FormColumn {
	if !slices.Contains(importSubjects, subject) {
		return nil
	}
	columns := []FormColumn{{Name: "key"}}
	if subject == SubjectHousehold {
		columns = append(columns, FormColumn{Name: "area"})
	} else {
		columns = append(columns, FormColumn{Name: "household"})
	}
	for _, item := range pack.ItemsOf(subject) {
		if !slices.Contains(notInRow[subject], item.Code) && (subject != SubjectDwelling || !item.Core) {
			columns = append(columns, FormColumn{Name: item.Code, Item: item})
		}
	}
	if subject != SubjectHousehold {
		return columns
	}
	for _, item := range pack.ItemsOf(SubjectDwelling) {
		if !item.Core {
			columns = append(columns, FormColumn{Name: SubjectDwelling + "." + item.Code, Item: item})
		}
	}
	for _, of := range []string{SubjectIncome, SubjectExpenditure} {
		class, ok := pack.Item(of, "class")
		amount, has := pack.Item(of, "amount")
		if !ok || !has {
			continue
		}
		for _, option := range class.Options() {
			columns = append(columns, FormColumn{Name: entryColumn(of, option.Code), Item: amount, Class: option.Code})
		}
	}
	return columns
}
