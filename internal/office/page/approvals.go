package page

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/office"
	"rightkey/internal/web"
)

func approvalPath(id int64) string { return "/approvals/" + strconv.FormatInt(id, 10) }

func (p *Pages) approvalsPage(w http.ResponseWriter, r *http.Request) error {
	if err := onlyFilters(r, "before"); err != nil {
		return err
	}
	ctx := r.Context()
	before, err := olderThan(r)
	if err != nil {
		return err
	}
	c := office.CallerFrom(ctx)
	found, err := p.Approvals.List(ctx, c, before, perPage+1)
	if err != nil {
		return err
	}
	found, pager := paged("/approvals", before, found, func(a office.Approval) int64 { return a.ID })
	names, err := p.Office.Names(ctx, askers(found))
	if err != nil {
		return err
	}
	table := web.Table{Caption: web.T(ctx, "office.nav.approvals"), Empty: web.Empty{Icon: "check", Title: web.T(ctx, "office.approval.none"), Text: web.T(ctx, "office.approval.none_help")},
		Columns: []web.Column{{Label: web.T(ctx, "office.approval.act")}, {Label: web.T(ctx, "office.approval.kind")}, {Label: web.T(ctx, "office.approval.asked_by")},
			{Label: web.T(ctx, "office.approval.asked")}, {Label: web.T(ctx, "common.status")}}}
	for _, a := range found {
		title, err := p.actTitle(ctx, a)
		if err != nil {
			return err
		}
		table.Rows = append(table.Rows, web.Row{Href: approvalPath(a.ID), Cells: []web.Cell{web.Text(title), web.Text(p.approvalKind(ctx, a)), web.Text(names[a.Account]),
			web.Text(moment(ctx, a.Asked)), {View: p.approvalBadge(r, a)}}})
	}
	return show(w, r, http.StatusOK, p.Frame.Page(r, web.T(ctx, "office.nav.approvals")), text(web.T(ctx, "office.approval.help")), table, pager)
}

func askers(list []office.Approval) []int64 {
	var ids []int64
	for _, a := range list {
		ids = append(ids, a.Account)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (p *Pages) approvalKind(ctx context.Context, a office.Approval) string {
	return web.T(ctx, p.Approvals.Kind(a.Kind).Label)
}

// approvalBadge says where an approval is; what waits for the reader is marked.
func (p *Pages) approvalBadge(r *http.Request, a office.Approval) web.Badge {
	ctx := r.Context()
	tones := map[office.ApprovalState]web.Tone{office.Asked: web.ToneInfo, office.Approved: web.ToneGood, office.Used: web.ToneGood, office.Refused: web.ToneBad, office.Expired: web.ToneWarn}
	badge := web.Badge{Tone: tones[a.State], Text: web.T(ctx, "office.approval.state."+string(a.State))}
	if p.Approvals.Decides(office.CallerFrom(ctx), a) {
		badge.Tone, badge.Text = web.ToneWarn, web.T(ctx, "office.approval.state.yours")
	}
	return badge
}

func (p *Pages) approvalPage(w http.ResponseWriter, r *http.Request) error {
	return p.showApproval(w, r, http.StatusOK, nil)
}

// showApproval shows an act that was asked for, with what the reader can do about it; cause is why that failed.
func (p *Pages) showApproval(w http.ResponseWriter, r *http.Request, status int, cause error) error {
	ctx := r.Context()
	id, err := pathNumber(r, "id")
	if err != nil {
		return err
	}
	c := office.CallerFrom(ctx)
	a, err := p.Approvals.Get(ctx, c, id)
	if err != nil {
		return err
	}
	facts, err := p.approvalFacts(r, a)
	if err != nil {
		return err
	}
	title, err := p.actTitle(ctx, a)
	if err != nil {
		return err
	}
	page := p.Frame.Page(r, title, web.Crumb{Label: web.T(ctx, "office.nav.approvals"), Href: "/approvals"}, web.Crumb{Label: title})
	parts := []templ.Component{panel(web.T(ctx, "office.approval.title"), facts)}
	ver := []web.Pair{{Name: "ver", Value: strconv.FormatInt(a.Ver, 10)}}
	comment := web.Field{Name: "comment", Label: web.T(ctx, "office.approval.comment"), Help: web.T(ctx, "office.approval.comment_help"), Value: r.PostForm.Get("comment")}
	refuse := form{Action: approvalPath(id) + "/refuse", Submit: web.T(ctx, "office.approval.refuse"), Plain: true, Hidden: ver, Fields: []web.Field{comment}}
	refuse.Fields[0].Required = true
	if cause != nil {
		if page.Flash, err = refuse.wrong(ctx, cause); err != nil {
			return err
		}
		status = web.Status(cause)
	}
	switch {
	case p.Approvals.Decides(c, a):
		agree := form{Action: approvalPath(id) + "/approve", Submit: web.T(ctx, "office.approval.approve"), Hidden: ver}
		parts = append(parts, side(panel(web.T(ctx, "office.approval.agree"), text(web.T(ctx, "office.approval.agree_help")), agree), panel(web.T(ctx, "office.approval.disagree"), refuse)))
	case a.Account == c.Account && (a.State == office.Asked || a.State == office.Approved):
		parts = append(parts, form{Action: approvalPath(id) + "/withdraw", Submit: web.T(ctx, "office.approval.withdraw"), Plain: true, Hidden: ver})
	}
	return show(w, r, status, page, parts...)
}

func (p *Pages) approvalFacts(r *http.Request, a office.Approval) (web.Facts, error) {
	ctx := r.Context()
	where, err := p.areaName(r, a.Area)
	if err != nil {
		return web.Facts{}, err
	}
	names, err := p.Office.Names(ctx, []int64{a.Account, a.DecidedBy})
	if err != nil {
		return web.Facts{}, err
	}
	facts := []web.Fact{
		{Label: web.T(ctx, "office.approval.kind"), Value: p.approvalKind(ctx, a)},
		{Label: web.T(ctx, "common.status"), View: p.approvalBadge(r, a)},
		{Label: web.T(ctx, "common.area"), Value: where},
		{Label: web.T(ctx, "common.reason"), Value: a.Reason},
		{Label: web.T(ctx, "office.approval.asked_by"), Value: names[a.Account], Note: moment(ctx, a.Asked)},
	}
	if a.Kind == office.GrantKind {
		whose, err := p.whoseGrant(ctx, a)
		if err != nil {
			return web.Facts{}, err
		}
		facts = append(facts, whose)
	}
	exactly, err := p.particulars(ctx, a)
	if err != nil {
		return web.Facts{}, err
	}
	facts = append(facts, exactly...)
	if a.DecidedBy != 0 {
		facts = append(facts, web.Fact{Label: web.T(ctx, "office.approval.decided_by"), Value: names[a.DecidedBy], Note: moment(ctx, a.Decided)},
			web.Fact{Label: web.T(ctx, "office.approval.comment"), Value: a.Comment, Missing: a.Comment == ""})
	}
	if a.State == office.Asked || a.State == office.Approved {
		facts = append(facts, web.Fact{Label: web.T(ctx, "common.until"), Value: moment(ctx, a.Expires)})
	}
	return web.Facts{Items: facts}, nil
}

// Waiting is what waits for a caller's agreement, for the overview.
func Waiting(approvals *office.Approvals) func(context.Context, access.Caller) ([]web.Row, error) {
	return func(ctx context.Context, c access.Caller) ([]web.Row, error) {
		n, err := approvals.Waiting(ctx, c)
		if err != nil || n == 0 {
			return nil, err
		}
		return []web.Row{{Href: "/approvals", Cells: []web.Cell{web.Text(web.T(ctx, "office.approval.waiting", "n", n)), {}, {}}}}, nil
	}
}

// whoseGrant names the user for whom a role was asked for.
func (p *Pages) whoseGrant(ctx context.Context, a office.Approval) (web.Fact, error) {
	id, err := strconv.ParseInt(a.Subject, 10, 64)
	if err != nil {
		return web.Fact{}, err
	}
	names, err := p.Office.Names(ctx, []int64{id})
	return web.Fact{Label: web.T(ctx, "office.accounts.title"), Value: names[id]}, err
}

// approvalStep is a form of one step: approve, refuse, withdraw.
func (p *Pages) approvalStep(step func(ctx context.Context, id, ver int64, comment string) error, done string) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		id, ver, err := web.Sent(r)
		if err != nil {
			return err
		}
		err = step(r.Context(), id, ver, r.PostForm.Get("comment"))
		if fault.Is(err, fault.NotFound) {
			return err
		}
		if err != nil {
			return p.showApproval(w, r, http.StatusOK, err)
		}
		return seeOther(w, r, approvalPath(id), done)
	}
}

func (p *Pages) registerApprovals(s *web.Server) {
	s.Handle("GET /approvals", web.Login, p.approvalsPage)
	s.Handle("GET /approvals/{id}", web.Login, p.approvalPage)
	s.Handle("POST /approvals/{id}/approve", web.Login, p.approvalStep(func(ctx context.Context, id, ver int64, comment string) error {
		_, err := p.Approvals.Approve(ctx, office.CallerFrom(ctx), id, ver, comment)
		return err
	}, "approved"))
	s.Handle("POST /approvals/{id}/refuse", web.Login, p.approvalStep(func(ctx context.Context, id, ver int64, comment string) error {
		_, err := p.Approvals.Refuse(ctx, office.CallerFrom(ctx), id, ver, comment)
		return err
	}, "refused"))
	s.Handle("POST /approvals/{id}/withdraw", web.Login, p.approvalStep(func(ctx context.Context, id, ver int64, _ string) error {
		_, err := p.Approvals.Withdraw(ctx, office.CallerFrom(ctx), id, ver)
		return err
	}, "withdrawn"))
}
