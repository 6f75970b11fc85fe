package page

import (
	"context"
	"net/url"
	"strconv"

	"rightkey/internal/i18n"
	"rightkey/internal/registry/overview"
	"rightkey/internal/web"
)

// estimateStat is the tile of the whole area's estimate with its interval.
func (l look) estimateStat(ctx context.Context, whole overview.Part) web.Stat {
	e, telling := whole.Estimate(l.measure)
	stat := web.Stat{Label: measureLabel(ctx, l.measure), Value: l.written(ctx, l.measure, e.Value, telling)}
	if telling == overview.Told {
		stat.Value, stat.Interval = stat.Value+" %", l.bound(ctx, e.Low)+" – "+l.bound(ctx, e.High)+" %"
		stat.Href, stat.Note = l.errorsAt(whole), word(ctx, "look.judged", "n", e.Seen)
	}
	return stat
}

func (l look) bound(ctx context.Context, value float64) string {
	return l.written(ctx, l.measure, value, overview.Told)
}

// errorsAt is the page of the visits behind an estimate.
func (l look) errorsAt(part overview.Part) string {
	query := url.Values{}
	if part.Place.Code != "" {
		query.Set("area", part.Place.Code)
	}
	return address(l.errorsPath, query)
}

// estimateColumns are the columns of the table behind an estimated measure: its interval, and how many were judged.
func (l look) estimateColumns(ctx context.Context) []web.Column {
	if !l.measure.IsEstimate() {
		return nil
	}
	return []web.Column{{Label: word(ctx, "look.low"), Number: true, Unit: "%"}, {Label: word(ctx, "look.high"), Number: true, Unit: "%"}, {Label: word(ctx, "look.judged_column"), Number: true}}
}

func (l look) estimateCells(ctx context.Context, part overview.Part) []web.Cell {
	if !l.measure.IsEstimate() {
		return nil
	}
	e, telling := part.Estimate(l.measure)
	if telling != overview.Told {
		return []web.Cell{web.Text("–"), web.Text("–"), web.Text("–")}
	}
	return []web.Cell{web.Text(l.bound(ctx, e.Low)), web.Text(l.bound(ctx, e.High)), {Text: i18n.Number(web.Lang(ctx), int64(e.Seen)), Href: l.errorsAt(part)}}
}

// estimateLine is the same for the file.
func (l look) estimateLine(part overview.Part) []string {
	if !l.measure.IsEstimate() {
		return nil
	}
	e, telling := part.Estimate(l.measure)
	if telling != overview.Told {
		return []string{"", "", ""}
	}
	return []string{plainMeasure(l.pack, l.measure, e.Low), plainMeasure(l.pack, l.measure, e.High), strconv.Itoa(e.Seen)}
}
