package page

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/procedure"
	"rightkey/internal/web"
)

// casePaper is a document of a case: a notice, the minutes of a meeting, the letter with a decision.
type casePaper struct {
	title, issuer, number string
	tools                 []templ.Component
	sheets                [][]web.PaperBlock
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
	paper.sheets = web.Sheets(blocks, caseWord(ctx, "paper.continued"))
	return web.Render(w, r, http.StatusOK, casePaperView(paper))
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
		if v.Result != "" {
			result = caseWord(ctx, "result_"+string(v.Result))
		}
		list.Rows = append(list.Rows, []string{numbers[v.Case], counted(v.For), counted(v.Against), counted(v.Abstain), result})
	}
	said := web.PaperBlock{Title: caseWord(ctx, "meeting.minutes"), Text: m.Minutes, Signatures: []string{caseWord(ctx, "paper.chair"), caseWord(ctx, "paper.recorder"), caseWord(ctx, "paper.villagers")}}
	if !m.Closed {
		said.Ruled, said.Rows = true, [][]string{{""}, {""}, {""}, {""}}
	}
	return p.print(w, r, casePaper{title: meeting.Title.In(lang), issuer: p.issuer(ctx, m.Pack), number: strconv.FormatInt(m.ID, 10)}, sittingPath(m.ID), []web.PaperBlock{facts, list, said})
}

// letter tells a household what was decided, what it rests on, and where to object, in a language of its pack.
func (p *casePages) letter(w http.ResponseWriter, r *http.Request) error {
	f, d, scope, err := p.fileOf(r)
	if err != nil {
		return err
	}
	pack, known := p.Identify.Pack(f.Pack)
	if !known {
		return web.Unknown(r.Context(), "pack")
	}
	query, err := web.Asked(r, "lang")
	if err != nil {
		return err
	}
	ctx := r.Context()
	if lang := i18n.Lang(query.Get("lang")); lang != "" {
		viewer := web.ViewerFrom(ctx)
		viewer.Lang = lang
		ctx = web.WithViewer(ctx, viewer)
	}
	found, err := p.Registry.Found(ctx, scope, []int64{f.Household})
	if err != nil {
		return err
	}
	place, err := p.placeOf(ctx, f.Area)
	if err != nil {
		return err
	}
	lang := web.Lang(ctx)
	head := ""
	if len(found) == 1 {
		head = found[0].HeadName
	}
	facts := web.PaperBlock{Rows: [][]string{{web.T(ctx, "registry.household.head"), head}, {caseWord(ctx, "household"), f.Number}, {web.T(ctx, "common.area"), place},
		{caseWord(ctx, "procedure"), d.Title.In(lang)}, {caseWord(ctx, "paper.decision"), d.State(f.State).Title.In(lang)}, {web.T(ctx, "common.date"), i18n.Day(lang, f.Since)}}}
	if last := len(f.Acts) - 1; last >= 0 && f.Acts[last].Reason != "" {
		facts.Rows = append(facts.Rows, []string{caseWord(ctx, "reason"), d.ReasonTitle(lang, f.Acts[last].Reason)})
	}
	if v := f.Votes; v != nil {
		facts.Rows = append(facts.Rows, []string{caseWord(ctx, "votes"), votesText(ctx, *v)})
	}
	why, err := p.why(ctx, scope, f)
	if err != nil {
		return err
	}
	blocks := append([]web.PaperBlock{facts}, why...)
	blocks = append(blocks, web.PaperBlock{Title: caseWord(ctx, "paper.object_title"), Text: identify.SectionOf(pack).Objection.In(lang), Signatures: []string{caseWord(ctx, "paper.seal"), caseWord(ctx, "paper.received")}})
	paper := casePaper{title: caseWord(ctx, "paper.letter"), issuer: p.issuer(ctx, f.Pack), number: f.Number}
	for _, one := range pack.Languages {
		paper.tools = append(paper.tools, web.Action{Label: string(one), Href: casePath(f.ID) + "/letter?lang=" + string(one)})
	}
	if len(found) == 1 {
		token, err := p.Registry.IssueDocument(ctx, scope, found[0], "letter", len(web.Sheets(append(blocks, web.PaperBlock{Code: templ.NopComponent}), "")))
		if err != nil {
			return err
		}
		proof, err := coded(caseWord(ctx, "paper.genuine"), web.Origin(r)+"/verify/"+token)
		if err != nil {
			return err
		}
		blocks = append(blocks, proof)
	}
	return p.print(w, r.WithContext(ctx), paper, casePath(f.ID), blocks)
}

// why is what the newest assessment of a household rests on: the reason in words, then each input.
func (p *casePages) why(ctx context.Context, scope access.Scope, f procedure.File) ([]web.PaperBlock, error) {
	list, err := p.Identify.OfNumber(ctx, scope, f.Number, 1)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	pack, known := p.Identify.Pack(list[0].Hash)
	if !known {
		return nil, nil
	}
	block := web.PaperBlock{Title: caseWord(ctx, "paper.why"), Text: list[0].Reason.In(web.Lang(ctx))}
	for _, fact := range inputs(ctx, list[0].Basis, pack).Items {
		value := fact.Value
		if fact.Missing {
			value = caseWord(ctx, "paper.unknown")
		}
		block.Rows = append(block.Rows, []string{fact.Label, value})
	}
	return []web.PaperBlock{block}, nil
}
