package web

import (
	"cmp"
	"context"
	"strconv"

	"rightkey/internal/table"
)

// Rejects lists the rows of a file that cannot be taken in: which, the column and the reason.
func Rejects(ctx context.Context, caption string, list []table.Reject) Table {
	t := Table{Caption: caption, ShowCaption: true, Columns: []Column{{Label: T(ctx, "web.rejects.row"), Number: true}, {Label: T(ctx, "web.rejects.about")}, {Label: T(ctx, "web.rejects.field")}, {Label: T(ctx, "web.rejects.why")}}}
	for _, one := range list {
		row := Cell{Text: strconv.Itoa(one.Row), Missing: one.Row == 0}
		about, field := cmp.Or(one.About, T(ctx, "web.rejects.whole")), cmp.Or(one.Field, T(ctx, "web.rejects.all"))
		t.Rows = append(t.Rows, Row{Cells: []Cell{row, Text(about), Text(field), Text(T(ctx, "fault."+one.Code))}})
	}
	return t
}
