package main

import (
	"context"
	"io"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/registry"
	"rightkey/internal/table"
	"rightkey/internal/verify/crosscheck"
)

// lead compares a list of cars in which the head of a household stands.
func (w *walk) lead(ctx context.Context, h registry.Household) {
	people, err := w.h.registry.IdentitiesOf(ctx, []int64{h.Head})
	w.must(err)
	if len(people) != 1 || people[0].Birth == nil {
		w.t.Fatalf("the household's head is %v", people)
	}
	today := w.callerOf(w.t, ctx, "county").Today
	row := strings.Join([]string{"k1", people[0].Name, people[0].NationalID, people[0].Birth.String(), "小轿车", "90000", today.AddMonths(-12).String()}, ",")
	rows, err := table.NewCSV(strings.NewReader("key,name,number,birth,kind,value,since\n"+row+"\nk2,,,,,,\n"), table.Options{})
	w.must(err)
	scope := w.scope(ctx, "county", access.ImportRun)
	from := crosscheck.Provenance{Rule: "X01", Area: w.h.registry.County(h.Area), Name: "vehicles.csv", Day: today, Basis: "Letter 12"}
	list, err := w.h.crosschecks.Upload(ctx, scope, from, rows)
	w.must(err)
	w.must(w.h.followJob(ctx, list.Job, io.Discard, "vehicles"))
	found, err := w.h.crosschecks.Leads(ctx, scope, crosscheck.Filter{}, crosscheck.Position{}, 1)
	w.must(err)
	if len(found) == 0 {
		w.t.Fatal("the list of cars became no lead")
	}
	w.ids["{lead}"], w.ids["{checklist}"] = strconv.FormatInt(found[0].ID, 10), strconv.FormatInt(list.ID, 10)
}
