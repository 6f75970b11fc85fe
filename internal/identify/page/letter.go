package page

import (
	"context"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/procedure"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

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
	paper := casePaper{issuer: p.issuer(ctx, f.Pack), number: f.Number, pack: pack}
	paper.title = paper.word(ctx, "title")
	found, err := p.Registry.Found(ctx, scope, []int64{f.Household})
	if err != nil {
		return err
	}
	facts, err := p.decision(ctx, paper, f, d, found)
	if err != nil {
		return err
	}
	why, err := p.why(ctx, scope, paper, f, d, found)
	if err != nil {
		return err
	}
	blocks := append([]web.PaperBlock{facts}, why...)
	blocks = append(blocks, web.PaperBlock{Title: paper.word(ctx, "object"), Text: identify.SectionOf(pack).Objection.In(web.Lang(ctx)), Signatures: []string{paper.word(ctx, "seal"), paper.word(ctx, "received")}})
	for _, one := range pack.Languages {
		paper.tools = append(paper.tools, web.Action{Label: string(one), Href: casePath(f.ID) + "/letter?lang=" + string(one)})
	}
	if len(found) == 1 {
		token, err := p.Registry.IssueDocument(ctx, scope, found[0], "letter", len(web.Sheets(append(blocks, web.PaperBlock{Code: templ.NopComponent}), "")))
		if err != nil {
			return err
		}
		proof, err := coded(paper.word(ctx, "genuine"), web.Origin(r)+"/verify/"+token)
		if err != nil {
			return err
		}
		blocks = append(blocks, proof)
	}
	return p.print(w, r.WithContext(ctx), paper, casePath(f.ID), blocks)
}

// decision is what was decided about whom, and by which votes.
func (p *casePages) decision(ctx context.Context, paper casePaper, f procedure.File, d *procedure.Definition, found []registry.Household) (web.PaperBlock, error) {
	lang := web.Lang(ctx)
	place, err := p.placeOf(ctx, f.Area)
	head := ""
	if len(found) == 1 {
		head = found[0].HeadName
	}
	facts := web.PaperBlock{Rows: [][]string{{paper.word(ctx, "head"), head}, {paper.word(ctx, "household"), f.Number}, {paper.word(ctx, "area"), place},
		{paper.word(ctx, "procedure"), d.Title.In(lang)}, {paper.word(ctx, "decision"), d.State(f.State).Title.In(lang)}, {paper.word(ctx, "date"), i18n.Day(lang, f.Since)}}}
	if last := len(f.Acts) - 1; last >= 0 && f.Acts[last].Reason != "" {
		facts.Rows = append(facts.Rows, []string{paper.word(ctx, "reason"), d.ReasonTitle(lang, f.Acts[last].Reason)})
	}
	if v := f.Votes; v != nil {
		facts.Rows = append(facts.Rows, []string{paper.word(ctx, "votes"), paper.word(ctx, "said", "for", v.For, "against", v.Against, "abstain", v.Abstain, "present", v.Present)})
	}
	if sure := slices.IndexFunc(paper.pack.Languages, i18n.Known); sure >= 0 && !i18n.Known(lang) && identify.SectionOf(paper.pack).WordsUnconfirmed {
		facts.Text = paper.word(ctx, "unconfirmed", "lang", string(paper.pack.Languages[sure]))
	}
	return facts, err
}

// why is what the assessment of a household rests on that stood when the case was decided: the reason in words, then
// each input.
func (p *casePages) why(ctx context.Context, scope access.Scope, paper casePaper, f procedure.File, d *procedure.Definition, found []registry.Household) ([]web.PaperBlock, error) {
	stood, err := p.Identify.Stood(ctx, scope, f.Area, found, f.Decided(d))
	if err != nil {
		return nil, err
	}
	a, judged := stood[f.Household]
	pack, known := p.Identify.Pack(a.Hash)
	if !judged || !known {
		return nil, nil
	}
	block := web.PaperBlock{Title: paper.word(ctx, "why"), Text: a.Reason.In(web.Lang(ctx))}
	for _, fact := range inputs(ctx, a.Basis, pack).Items {
		value := fact.Value
		if fact.Missing {
			value = paper.word(ctx, "unknown")
		}
		block.Rows = append(block.Rows, []string{fact.Label, value})
	}
	return []web.PaperBlock{block}, nil
}
