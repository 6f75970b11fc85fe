package rest_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"rightkey/internal/verify/campaign/rest"
	"rightkey/test/register"
)

func TestATeamsSpreadsheetComesBackByAPIAndASecondTimeChangesNothing(t *testing.T) {
	register.Each(t, func(t *testing.T, r *register.Register) {
		h := opened(t, r)
		h.plans(t, `{"area": "11", "design": "rounds", "method": "all", "seed": "5", "teams": [{"accounts": [21]}]}`)
		const kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
		sheet := h.at + "/visits/sheet"
		h.Get(t, register.Village, sheet).Want(t, 404)
		h.Ask(t, 21, "POST", sheet, "no spreadsheet", "Content-Type", kind).Want(t, 400)

		book, err := excelize.OpenReader(strings.NewReader(h.Get(t, 21, sheet).Want(t, 200).Body))
		if err != nil {
			t.Fatal(err)
		}
		for cell, value := range map[string]string{"F3": "2014-12-31", "G3": "Refused"} {
			if err := book.SetCellStr(book.GetSheetName(0), cell, value); err != nil {
				t.Fatal(err)
			}
		}
		var filled bytes.Buffer
		if err := book.Write(&filled); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			query              string
			created, unchanged int
			stored             bool
		}{{"", 1, 0, false}, {"?apply=true", 1, 0, true}, {"?apply=true", 0, 1, false}} {
			var report rest.VisitSheetReport
			h.Ask(t, 21, "POST", sheet+c.query, filled.String(), "Content-Type", kind).Want(t, 200).Read(t, &report)
			if report.In != 1 || report.Created != c.created || report.Unchanged != c.unchanged || report.Stored != c.stored {
				t.Errorf("%q: %+v", c.query, report)
			}
		}
	})
}
