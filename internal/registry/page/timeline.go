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
		if !strings.HasSuffix(e.Kind, "read") && !strings.HasSuffix(e.Kind, ".listed") {
			happened.Events = append(happened.Events, p.told(ctx, f, e))
		}
	}
	read.Events = p.lookers(ctx, f)
	return happened, read
}

// lookedLately is how far back the page says who looked at the file.
const lookedLately = 30 * 24 * time.Hour

// lookers are who opened the file lately, the last first: when last, how often and for what.
func (p *pages) lookers(ctx context.Context, f registry.File) []web.Event {
	since := p.Registry.Now().Add(-lookedLately)
	type looking struct {
		account int64
		kind    string
	}
	var order []looking
	last, times := map[looking]journal.Event{}, map[looking]int{}
	for _, e := range f.Events { // the newest first
		if !strings.HasSuffix(e.Kind, "read") || e.At < since {
			continue
		}
		l := looking{e.Who.Account, e.Kind}
		if times[l]++; times[l] == 1 {
			order, last[l] = append(order, l), e
		}
	}
	var events []web.Event
	for _, l := range order {
		told := p.told(ctx, f, last[l])
		told.Text = strings.TrimSpace(word(ctx, "household.reader", "n", times[l]) + " " + told.Text)
		events = append(events, told)
	}
	return events
}

func (p *pages) told(ctx context.Context, f registry.File, e journal.Event) web.Event {
	lang := web.Lang(ctx)
	told := web.Event{When: i18n.Moment(lang, e.At), Moment: e.At.String(), Who: p.actor(ctx, e.Who.Account, e.Who.Role), Text: e.Who.Why}
	told.Title = web.EventName(ctx, e.Kind)
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
