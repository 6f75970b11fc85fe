package away_test

import (
	"bytes"
	"testing"

	"rightkey/internal/fault"
	"rightkey/internal/identify/away"
	"rightkey/internal/table"
)

func FuzzWhateverComesBackAsAPackageIsReadOrRefused(f *testing.F) {
	form := func(name string, columns ...string) table.Form {
		form := table.Form{Sheet: name, Rows: [][]string{make([]string, len(columns))}}
		for _, column := range columns {
			form.Columns = append(form.Columns, table.FormColumn{Name: column})
		}
		return form
	}
	var file bytes.Buffer
	if err := table.WriteForm(&file, form("meeting", "row", "meeting", "day", "eligible"), form("votes", "row", "household", "for")); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Add(file.Bytes()[:file.Len()/2])
	f.Add([]byte("PK"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, content []byte) {
		filled, err := away.Read(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
				t.Errorf("what cannot be read is said to be %v", err)
			}
			return
		}
		if filled.Meeting.Row < 2 {
			t.Errorf("the meeting is in row %d", filled.Meeting.Row)
		}
	})
}
