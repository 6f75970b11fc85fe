package web

import (
	"context"
	"io"
)

// Each component is a plain struct that a page fills and that renders itself: @web.Table{…} in a template.

// Render writes the action.
func (a Action) Render(ctx context.Context, w io.Writer) error { return actionView(a).Render(ctx, w) }

// Render writes the notice.
func (n Notice) Render(ctx context.Context, w io.Writer) error { return noticeView(n).Render(ctx, w) }

// Render writes the badge.
func (b Badge) Render(ctx context.Context, w io.Writer) error { return badgeView(b).Render(ctx, w) }

// Render writes the table.
func (t Table) Render(ctx context.Context, w io.Writer) error { return tableView(t).Render(ctx, w) }

// Render writes the pager.
func (p Pager) Render(ctx context.Context, w io.Writer) error { return pagerView(p).Render(ctx, w) }

// Render writes the filters.
func (f Filters) Render(ctx context.Context, w io.Writer) error { return filtersView(f).Render(ctx, w) }

// Render writes the stat.
func (s Stat) Render(ctx context.Context, w io.Writer) error { return statView(s).Render(ctx, w) }

// Render writes the field.
func (f Field) Render(ctx context.Context, w io.Writer) error { return fieldView(f).Render(ctx, w) }

// Render writes the summary, nothing where there are no errors.
func (e ErrorSummary) Render(ctx context.Context, w io.Writer) error {
	return errorSummaryView(e).Render(ctx, w)
}

// Render writes the steps.
func (s Steps) Render(ctx context.Context, w io.Writer) error { return stepsView(s).Render(ctx, w) }

// Render writes the progress.
func (p Progress) Render(ctx context.Context, w io.Writer) error {
	return progressView(p).Render(ctx, w)
}

// Render writes the timeline.
func (t Timeline) Render(ctx context.Context, w io.Writer) error {
	return timelineView(t).Render(ctx, w)
}

// Render writes both columns.
func (d DiffColumns) Render(ctx context.Context, w io.Writer) error {
	return diffView(d).Render(ctx, w)
}

// Render writes the bars.
func (b Bars) Render(ctx context.Context, w io.Writer) error { return barsView(b).Render(ctx, w) }

// Render writes the map.
func (m Map) Render(ctx context.Context, w io.Writer) error { return mapView(m).Render(ctx, w) }

// Render writes the line.
func (t Trend) Render(ctx context.Context, w io.Writer) error { return trendView(t).Render(ctx, w) }

// Render writes the lines.
func (c Curves) Render(ctx context.Context, w io.Writer) error { return curvesView(c).Render(ctx, w) }

// Render writes the stacked bar.
func (s Stacked) Render(ctx context.Context, w io.Writer) error { return stackedView(s).Render(ctx, w) }

// Render writes the question.
func (c Confirm) Render(ctx context.Context, w io.Writer) error { return confirmView(c).Render(ctx, w) }

// Render writes the empty state.
func (e Empty) Render(ctx context.Context, w io.Writer) error { return emptyView(e).Render(ctx, w) }

// Render writes the facts.
func (f Facts) Render(ctx context.Context, w io.Writer) error { return factsView(f).Render(ctx, w) }

// Render writes the part of a document.
func (b PaperBlock) Render(ctx context.Context, w io.Writer) error {
	return paperBlockView(b).Render(ctx, w)
}
