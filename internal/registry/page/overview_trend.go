package page

import (
	"context"
	"fmt"

	"rightkey/internal/registry/overview"
	"rightkey/internal/web"
)

// trend is the measure at the end of each month, as frozen, and now. There is none of a part of the households: only
// whole areas are frozen, and of an estimate nothing is.
func (p *pages) trend(ctx context.Context, l look) (*web.Trend, error) {
	filters := l.filters()
	filters.Del("area")
	if p.MonthEnds == nil || len(filters) > 0 || l.by != nil || l.measure.IsEstimate() {
		return nil, nil
	}
	months, err := p.MonthEnds.Trend(ctx, l.scope, p.figures, l.filter.Area, l.rows)
	if err != nil || len(months) == 0 {
		return nil, err
	}
	t := web.Trend{Caption: word(ctx, "look.trend", "measure", measureLabel(ctx, l.measure)), Unit: l.unit(ctx, l.measure), First: word(ctx, "look.month"), Second: measureLabel(ctx, l.measure)}
	for _, month := range months {
		year, number, _ := month.Day.Civil()
		t.Points = append(t.Points, l.point(ctx, fmt.Sprintf("%d-%02d", year, number), month.Part))
	}
	now := l.point(ctx, word(ctx, "look.now"), l.answer.Whole)
	now.Open = true
	t.Points = append(t.Points, now)
	return &t, nil
}

func (l look) point(ctx context.Context, label string, part overview.Part) web.TrendPoint {
	value, telling := part.Value(l.measure)
	return web.TrendPoint{Label: label, Value: value, Text: l.written(ctx, l.measure, value, telling), Known: telling == overview.Told}
}
