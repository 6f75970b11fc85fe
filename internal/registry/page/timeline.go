package page

import (
	"context"
	"strings"
	"time"

	"rightkey/internal/i18n"
	"rightkey/internal/journal"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// events tells a household's events in words, those that only read apart.
func (p *pages) events(ctx context.Context, f registry.File) (happened, read web.Timeline) {
	happened.Label, read.Label = word(ctx, "household.timeline"), word(ctx, "household.readers")
	for _, e := range f.Events {
		told := p.told(ctx, f, e)
		if strings.HasSuffix(e.Kind, ".read") || strings.HasSuffix(e.Kind, ".listed") {
			read.Events = append(read.Events, told)
		} else {
			happened.Events = append(happened.Events, told)
		}
	}
	return happened, read
}

func (p *pages) told(ctx context.Context, f registry.File, e journal.Event) web.Event {
	lang := web.Lang(ctx)
	told := web.Event{When: i18n.Moment(lang, e.At), Moment: e.At.String(), Who: p.account(ctx, e.Who.Account), Text: e.Who.Why}
	kind := strings.NewReplacer(".", "_", "-", "_").Replace(e.Kind)
	told.Title = wordOr(ctx, "event."+kind, e.Kind)
	for _, m := range f.Members {
		if e.SubjectKind == registry.SubjectPerson && m.ID == e.Subject {
			told.Title += " · " + nameOf(m)
		}
	}
	if e.ValidOn != e.At.Day(time.UTC) {
		told.Text = strings.TrimSpace(told.Text + " " + word(ctx, "event.valid_on", "day", i18n.Day(lang, e.ValidOn)))
	}
	return told
}
