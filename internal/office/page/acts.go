package page

import (
	"context"
	"fmt"

	"rightkey/internal/clock"
	"rightkey/internal/office"
	"rightkey/internal/web"
)

// ActWords say what a kind of act that needs a second person is about, in the reader's language. The room that
// registers the kind says it.
type ActWords struct {
	// Title names one act in a line.
	Title func(context.Context, office.Approval) (string, error)
	// Particulars are what exactly is to be done, by the fields' own terms.
	Particulars func(context.Context, office.Approval) ([]web.Fact, error)
}

// grantWords say which role is to be given.
func grantWords() ActWords {
	return ActWords{
		Title: func(ctx context.Context, a office.Approval) (string, error) {
			asked, err := office.ReadAct[office.GrantAct](a)
			return web.T(ctx, "office.grants.ask_title", "role", office.RoleName(web.Lang(ctx), asked.Role)), err
		},
		Particulars: func(ctx context.Context, a office.Approval) ([]web.Fact, error) {
			asked, err := office.ReadAct[office.GrantAct](a)
			if err != nil {
				return nil, err
			}
			facts := []web.Fact{{Label: web.T(ctx, "office.grants.role"), Value: office.RoleName(web.Lang(ctx), asked.Role)},
				{Label: web.T(ctx, "common.from"), Value: dayOrNone(ctx, &asked.From)}, {Label: web.T(ctx, "common.until"), Value: dayOrNone(ctx, asked.To), Missing: asked.To == nil}}
			if asked.Assigned {
				facts = append(facts, web.Fact{Label: web.T(ctx, "office.grants.assigned"), Value: web.T(ctx, "common.yes")})
			}
			return facts, nil
		},
	}
}

func dayOrNone(ctx context.Context, d *clock.Day) string {
	if d == nil {
		return ""
	}
	return day(ctx, *d)
}

// wordsOf are the words of a kind of act.
func (p *Pages) wordsOf(kind string) (ActWords, error) {
	switch kind {
	case office.GrantKind:
		return grantWords(), nil
	case office.CoverKind:
		return p.coverWords(), nil
	}
	words, known := p.Acts[kind]
	if !known {
		return words, fmt.Errorf("no room says what an act of kind %s is about", kind)
	}
	return words, nil
}

// actTitle names an act in the reader's language.
func (p *Pages) actTitle(ctx context.Context, a office.Approval) (string, error) {
	words, err := p.wordsOf(a.Kind)
	if err != nil {
		return "", err
	}
	return words.Title(ctx, a)
}

// particulars are what exactly an act does.
func (p *Pages) particulars(ctx context.Context, a office.Approval) ([]web.Fact, error) {
	words, err := p.wordsOf(a.Kind)
	if err != nil {
		return nil, err
	}
	return words.Particulars(ctx, a)
}
