package page

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/policy"
	"rightkey/internal/web"
)

// casePaper is a document of a case: a notice, the minutes of a meeting, the letter with a decision.
type casePaper struct {
	title, issuer, number string
	pack                  *policy.Pack // in whose words sheets are numbered; nil where the program's do
	tools                 []templ.Component
}

// issuer is the programme whose name stands on the papers of a pack.
func (p *casePages) issuer(ctx context.Context, hash string) string {
	pack, known := p.Identify.Pack(hash)
	if !known {
		return ""
	}
	return pack.Title.In(web.Lang(ctx))
}

// print shows a document; back is the page that it is of.
func (p *casePages) print(w http.ResponseWriter, r *http.Request, paper casePaper, back string, blocks []web.PaperBlock) error {
	ctx := r.Context()
	paper.tools = append([]templ.Component{web.Action{Label: caseWord(ctx, "paper.back"), Href: back}, web.Note(caseWord(ctx, "paper.how"))}, paper.tools...)
	document := web.Document{Title: paper.title, Issuer: paper.issuer, Number: paper.number, Sheets: web.Sheets(blocks, paper.word(ctx, "continued")),
		Foot: func(sheet, of int) string { return paper.word(ctx, "page", "n", sheet, "all", of) }}
	return web.Render(w, r, http.StatusOK, web.Papers(paper.title+" · "+paper.number, paper.tools, document))
}

// word is a message on the sheets of a document.
func (p casePaper) word(ctx context.Context, key string, args ...any) string {
	if p.pack == nil {
		return caseWord(ctx, "paper."+key, args...)
	}
	return identify.Word(p.pack, web.Lang(ctx), "letter."+key, args...)
}

// noticeSheet is the notice as it goes on the board.
func (p *casePages) noticeSheet(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, b, err := p.noticeOf(r)
	if err != nil {
		return err
	}
	table, err := p.board(ctx, n, b, false)
	if err != nil {
		return err
	}
	list := web.PaperBlock{}
	for _, column := range table.Columns {
		list.Heads = append(list.Heads, column.Label)
	}
	for _, row := range table.Rows {
		var cells []string
		for _, cell := range row.Cells {
			cells = append(cells, cell.Text)
		}
		list.Rows = append(list.Rows, cells)
	}
	place, err := p.placeOf(ctx, n.Area)
	if err != nil {
		return err
	}
	lang := web.Lang(ctx)
	days := caseWord(ctx, "paper.days", "n", b.Days)
	if n.Opened != 0 {
		days = hangsText(ctx, n)
	}
	paper := casePaper{title: b.Title.In(lang), issuer: p.issuer(ctx, n.Pack), number: strconv.FormatInt(n.ID, 10)}
	blocks := []web.PaperBlock{{Text: b.Text.In(lang)}, list, {Text: days}}
	if b.Objections {
		blocks = append(blocks, web.PaperBlock{Text: caseWord(ctx, "paper.object")})
	}
	if b.Public {
		door, err := coded(caseWord(ctx, "paper.public"), web.Origin(r)+"/n/"+n.Token)
		if err != nil {
			return err
		}
		blocks = append(blocks, door)
	}
	blocks = append(blocks, web.PaperBlock{Signatures: []string{place, caseWord(ctx, "paper.seal"), caseWord(ctx, "paper.date")}})
	return p.print(w, r, paper, noticePath(n.ID), blocks)
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
	ctx := r.Context()
	m, votes, numbers, err := p.held(r)
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
	facts := web.PaperBlock{Rows: [][]string{{web.T(ctx, "common.area"), place}, {caseWord(ctx, "meeting.day"), i18n.Day(lang, m.Day)},
		{caseWord(ctx, "meeting.eligible"), counted(m.Eligible)}, {caseWord(ctx, "meeting.present"), counted(m.Present)}}}
	list := web.PaperBlock{Title: caseWord(ctx, "votes"), Heads: []string{caseWord(ctx, "household"), caseWord(ctx, "for"), caseWord(ctx, "against"), caseWord(ctx, "abstain"), caseWord(ctx, "result")}}
	for _, v := range votes {
		result := ""
		if m.Closed {
			result = resultOf(ctx, v)
		}
		list.Rows = append(list.Rows, []string{numbers[v.Case], counted(v.For), counted(v.Against), counted(v.Abstain), result})
	}
	said := web.PaperBlock{Title: caseWord(ctx, "meeting.minutes"), Text: m.Minutes, Signatures: []string{caseWord(ctx, "paper.chair"), caseWord(ctx, "paper.recorder"), caseWord(ctx, "paper.villagers")}}
	if !m.Closed {
		said.Ruled, said.Rows = true, [][]string{{""}, {""}, {""}, {""}}
	}
	return p.print(w, r, casePaper{title: meeting.Title.In(lang), issuer: p.issuer(ctx, m.Pack), number: strconv.FormatInt(m.ID, 10)}, sittingPath(m.ID), []web.PaperBlock{facts, list, said})
}
