package main

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"strconv"

	"rightkey/internal/access"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
)

// identification opens a case about a household by the first procedure there.
func (w *walk) identification(ctx context.Context, h registry.Household) (procedure.Case, *procedure.Definition) {
	_, pack, err := w.h.cases.At(h.Area)
	w.must(err)
	d := procedure.Of(pack).List[0]
	opened, _, err := w.h.cases.Open(ctx, w.scope(ctx, "village", access.CaseAct), d.Code, []int64{h.ID})
	w.must(err)
	w.ids["{procedure}"] = d.Code
	return opened[0], d
}

// called brings a case about a household as far as a meeting that is called, and returns both.
func (w *walk) called(ctx context.Context, h registry.Household) (int64, procedure.Sitting) {
	as := func(login string) access.Scope { return w.scope(ctx, login, access.CaseAct) }
	opened, d := w.identification(ctx, h)
	id := opened.ID
	for _, login := range []string{"village", "village", "township", "county"} { // the visit is made by two
		c, err := w.h.cases.Case(ctx, as("county"), id)
		w.must(err)
		t := d.Leaving(c.State)[0]
		act := procedure.Act{Transition: t.Code, Said: procedure.Said{Evidence: map[string]string{}}}
		for _, paper := range t.Evidence {
			act.Said.Evidence[paper] = "folder 7"
		}
		_, err = w.h.cases.Take(ctx, as(login), procedure.Seen{ID: id, Ver: c.Ver}, act)
		w.must(err)
	}
	m, err := w.h.cases.Convene(ctx, as("village"), h.Area, w.h.cases.Today(), []int64{id})
	w.must(err)
	return id, m
}

// cases brings one case as far as a notice that hangs, so that its meeting and its notice can be looked at, and another
// to a meeting that is called.
func (w *walk) cases(ctx context.Context, h, other registry.Household) {
	_, waiting := w.called(ctx, other)
	w.ids["{called}"] = strconv.FormatInt(waiting.ID, 10)
	id, m := w.called(ctx, h)
	as := func(login string) access.Scope { return w.scope(ctx, login, access.CaseAct) }
	var board bytes.Buffer
	w.must(png.Encode(&board, image.NewGray(image.Rect(0, 0, 320, 240))))
	picture := procedure.Photo{Type: "image/png", Body: board.Bytes()}
	_, err := w.h.cases.CloseSitting(ctx, as("village"), m.ID, m.Ver, procedure.Closing{Eligible: 40, Present: 31, Minutes: "All spoke.", Photo: picture, Votes: []procedure.Vote{{Case: id, For: 25, Against: 2, Abstain: 4}}})
	w.must(err)
	n, err := w.h.cases.Draft(ctx, as("village"), h.Area, []int64{id})
	w.must(err)
	n, err = w.h.cases.Hang(ctx, as("village"), n.ID, n.Ver, w.h.cases.Today(), picture)
	w.must(err)
	w.must(w.h.cases.ObjectPublicly(ctx, n.Token, 1, "They have a shop in town."))
	w.ids["{case}"], w.ids["{sitting}"], w.ids["{notice}"] = strconv.FormatInt(id, 10), strconv.FormatInt(m.ID, 10), strconv.FormatInt(n.ID, 10)
	w.ids["{notice_token}"] = n.Token
}

// withdrawn is a case of another household that has ended, so that its letter can be looked at.
func (w *walk) withdrawn(ctx context.Context, h registry.Household) {
	scope := w.scope(ctx, "village", access.CaseAct)
	opened, d := w.identification(ctx, h)
	for _, t := range d.Leaving(opened.State) {
		if d.State(t.To).End != procedure.Withdrawn {
			continue
		}
		act := procedure.Act{Transition: t.Code, Said: procedure.Said{Evidence: map[string]string{}}}
		for _, paper := range t.Evidence {
			act.Said.Evidence[paper] = "folder 8"
		}
		_, err := w.h.cases.Take(ctx, scope, procedure.Seen{ID: opened.ID, Ver: 1}, act)
		w.must(err)
	}
	w.ids["{decided}"] = strconv.FormatInt(opened.ID, 10)
}
