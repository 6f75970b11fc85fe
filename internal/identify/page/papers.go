package page

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/policy"
	"rightkey/internal/procedure"
	"rightkey/internal/web"
)

// casePaper is a document of a case: a notice, the minutes of a meeting, the letter with a decision.
type casePaper struct {
	title, issuer, number string
	pack                  *policy.Pack // in whose words it is written where the program does not speak the language
	tools                 []templ.Component
}

// spoken is the context of a request for a paper, in the language that it asks for: one of the pack's, so that no paper
// mixes two. Who reads another one gets the pack's first.
func spoken(r *http.Request, pack *policy.Pack) (context.Context, error) {
	ctx := r.Context()
	query, err := web.Asked(r, "lang")
	if err != nil {
		return ctx, err
	}
	viewer := web.ViewerFrom(ctx)
	if asked := i18n.Lang(query.Get("lang")); asked != "" {
		if !slices.Contains(pack.Languages, asked) {
			return ctx, web.Unknown(ctx, "lang")
		}
		viewer.Lang = asked
	}
	if !slices.Contains(pack.Languages, viewer.Lang) {
		viewer.Lang = pack.Languages[0]
	}
	return web.WithViewer(ctx, viewer), nil
}

// paper begins a document under an installed pack, in the language that the request asks for.
func (p *casePages) paper(r *http.Request, hash, number string) (context.Context, casePaper, error) {
	pack, known := p.Identify.Pack(hash)
	if !known {
		return nil, casePaper{}, web.Unknown(r.Context(), "pack")
	}
	ctx, err := spoken(r, pack)
	paper := casePaper{issuer: pack.Title.In(web.Lang(ctx)), number: number, pack: pack}
	for _, one := range pack.Languages {
		paper.tools = append(paper.tools, web.Action{Label: string(one), Href: r.URL.Path + "?lang=" + string(one)})
	}
	return ctx, paper, err
}

// print shows a document; back is the page that it is of.
func (p *casePages) print(w http.ResponseWriter, r *http.Request, paper casePaper, back string, blocks []web.PaperBlock) error {
	ctx := r.Context()
	paper.tools = append([]templ.Component{web.Action{Label: caseWord(ctx, "paper.back"), Href: back}, web.Note(caseWord(ctx, "paper.how"))}, paper.tools...)
	document := web.Document{Title: paper.title, Issuer: paper.issuer, Number: paper.number, Sheets: web.Sheets(ctx, blocks, paper.word(ctx, "continued")),
		Foot: func(sheet, of int) string { return paper.word(ctx, "page", "n", sheet, "all", of) }}
	return web.Render(w, r, http.StatusOK, web.Papers(paper.title+" · "+paper.number, paper.tools, document))
}

// word is a message on the sheets of a document.
func (p casePaper) word(ctx context.Context, key string, args ...any) string {
	return identify.Word(p.pack, web.Lang(ctx), "letter."+key, args...)
}

// said is a message of the pages of cases as it stands on the sheets of a document.
func (p casePaper) said(ctx context.Context, key string, args ...any) string {
	return identify.Word(p.pack, web.Lang(ctx), "cases."+key, args...)
}

// actor is who did something in a capacity of the journal, as it stands on the sheets of a document.
func (p casePaper) actor(ctx context.Context, desk web.Desk, account int64, capacity string) string {
	_, whom := access.ReadRole(capacity)
	if whom == 0 {
		return desk.AccountName(ctx, account)
	}
	return p.word(ctx, "acting", "name", desk.AccountName(ctx, account), "absent", desk.AccountName(ctx, whom))
}

// noticeSheet is the notice as it goes on the board.
func (p *casePages) noticeSheet(w http.ResponseWriter, r *http.Request) error {
	n, b, err := p.noticeOf(r)
	if err != nil {
		return err
	}
	ctx, paper, err := p.paper(r, n.Pack, strconv.FormatInt(n.ID, 10))
	if err != nil {
		return err
	}
	lines, err := p.Cases.Lines(ctx, n, 0, procedure.Most)
	if err != nil {
		return err
	}
	list := web.PaperBlock{Heads: []string{paper.said(ctx, "notice.n")}}
	for _, field := range b.Fields {
		list.Heads = append(list.Heads, paper.said(ctx, "field."+field))
	}
	for _, l := range lines {
		list.Rows = append(list.Rows, append([]string{strconv.FormatInt(l.N, 10)}, l.Cells...))
	}
	place, err := p.placeOf(ctx, n.Area)
	if err != nil {
		return err
	}
	lang := web.Lang(ctx)
	days := paper.said(ctx, "paper.days", "n", b.Days)
	if n.Opened != 0 {
		days = paper.said(ctx, "notice.hangs", "from", i18n.Day(lang, n.Opened), "to", i18n.Day(lang, n.Closes))
	}
	paper.title = b.Title.In(lang)
	blocks := []web.PaperBlock{{Text: b.Text.In(lang)}, list, {Text: days}}
	if b.Objections {
		blocks = append(blocks, web.PaperBlock{Text: paper.said(ctx, "paper.object")})
	}
	if b.Public {
		door, err := coded(paper.said(ctx, "paper.public"), web.Origin(r)+"/n/"+n.Token)
		if err != nil {
			return err
		}
		blocks = append(blocks, door)
	}
	blocks = append(blocks, web.PaperBlock{Signatures: []string{place, paper.word(ctx, "seal"), paper.word(ctx, "date")}})
	return p.print(w, r.WithContext(ctx), paper, noticePath(n.ID), blocks)
}

// coded is an address as a code for a telephone, with what it is for.
func coded(about, address string) (web.PaperBlock, error) {
	code, err := web.QR(address, about)
	return web.PaperBlock{Text: about, Code: code, Address: address}, err
}

// placeOf is what an area is called.
func (p *casePages) placeOf(ctx context.Context, key int64) (string, error) {
	places, err := p.Registry.Places(ctx, []int64{key})
	return placeName(ctx, places, key), err
}

// minutes are the minutes of a meeting; of one that is still open, the sheet on which they are written by hand.
func (p *casePages) minutes(w http.ResponseWriter, r *http.Request) error {
	m, votes, numbers, err := p.held(r)
	if err != nil {
		return err
	}
	ctx, paper, err := p.paper(r, m.Pack, strconv.FormatInt(m.ID, 10))
	if err != nil {
		return err
	}
	meeting, err := p.Cases.MeetingOf(m)
	if err != nil {
		return err
	}
	place, err := p.placeOf(ctx, m.Area)
	if err != nil {
		return err
	}
	counted := func(n int64) string {
		if !m.Closed {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	lang := web.Lang(ctx)
	paper.title = meeting.Title.In(lang)
	facts := web.PaperBlock{Rows: [][]string{{paper.word(ctx, "area"), place}, {paper.said(ctx, "meeting.day"), i18n.Day(lang, m.Day)},
		{paper.said(ctx, "meeting.eligible"), counted(m.Eligible)}, {paper.said(ctx, "meeting.present"), counted(m.Present)}}}
	if m.Closer != 0 {
		facts.Rows = append(facts.Rows, []string{paper.word(ctx, "closed_by"), paper.actor(ctx, p.Desk, m.Closer, m.ClosedAs)})
	}
	list := web.PaperBlock{Title: paper.word(ctx, "votes"), Heads: []string{paper.word(ctx, "household"), paper.said(ctx, "for"), paper.said(ctx, "against"), paper.said(ctx, "abstain"), paper.said(ctx, "result")}}
	for _, v := range votes {
		result := ""
		if m.Closed {
			result = paper.said(ctx, resultWord(v))
		}
		list.Rows = append(list.Rows, []string{numbers[v.Case], counted(v.For), counted(v.Against), counted(v.Abstain), result})
	}
	said := web.PaperBlock{Title: paper.said(ctx, "meeting.minutes"), Text: m.Minutes, Signatures: []string{paper.said(ctx, "paper.chair"), paper.said(ctx, "paper.recorder"), paper.said(ctx, "paper.villagers")}}
	if !m.Closed {
		said.Ruled, said.Rows = true, [][]string{{""}, {""}, {""}, {""}}
	}
	return p.print(w, r.WithContext(ctx), paper, sittingPath(m.ID), []web.PaperBlock{facts, list, said})
}
