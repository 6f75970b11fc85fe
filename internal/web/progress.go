package web

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/i18n"
)

// Progress shows how far long work has come. Where Poll is given the script asks for it again every second, until a
// fragment comes without; without a script a link does the same.
type Progress struct {
	ID    string // of the element that is replaced
	Label string // what is being done
	Done  int64
	Total int64  // 0 where it is not known how much there is
	Unit  string // rows, households
	Note  string // what is being done now, how long it will take
	Poll  string // address of the fragment, while the work goes on
	Page  string // address of the page, for the link that needs no script
	Badge *Badge // the outcome, when the work has ended
}

// text is done and total as words.
func (p Progress) text(ctx context.Context) string {
	done := i18n.Number(Lang(ctx), p.Done)
	if p.Total > 0 {
		done = T(ctx, "common.of", "n", p.Done, "total", p.Total)
	}
	if p.Unit == "" {
		return done
	}
	return done + " " + p.Unit
}

// share is done as a percentage in words; nothing where the total is not known.
func (p Progress) share(ctx context.Context) string {
	if p.Total <= 0 {
		return ""
	}
	return i18n.Percent(Lang(ctx), float64(p.Done)/float64(p.Total), 0)
}

func (p Progress) value() string { return strconv.FormatInt(min(p.Done, p.Total), 10) }
func (p Progress) max() string   { return strconv.FormatInt(p.Total, 10) }

// polling are the attributes that make the script ask again.
func (p Progress) polling() templ.Attributes {
	if p.Poll == "" {
		return nil
	}
	return templ.Attributes{"hx-get": p.Poll, "hx-trigger": "every 1s", "hx-swap": "outerHTML"}
}
