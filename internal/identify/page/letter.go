package page

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/i18n"
	"rightkey/internal/identify"
	"rightkey/internal/policy"
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
	if f.Ended == 0 {
		return fault.New(fault.Conflict, "the case is not decided yet").Coded("procedure.undecided")
	}
	ctx, paper, err := p.paper(r, f.Pack, f.Number)
	if err != nil {
		return err
	}
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
	blocks = append(blocks, web.PaperBlock{Title: paper.word(ctx, "object"), Text: objection(ctx, paper.pack), Signatures: []string{paper.word(ctx, "seal"), paper.word(ctx, "received")}})
	if len(found) == 1 {
		token, err := p.Registry.IssueDocument(ctx, scope, found[0], "letter", len(web.Sheets(ctx, append(blocks, web.PaperBlock{Code: templ.NopComponent}), "")))
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
	if a := f.Decision(d); a != nil && a.Account != 0 {
		facts.Rows = append(facts.Rows, []string{paper.word(ctx, "decided_by"), paper.actor(ctx, p.Desk, a.Account, a.Role)})
	}
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

// objection says where to object, in the words of the pack.
func objection(ctx context.Context, pack *policy.Pack) string {
	return identify.SectionOf(pack).Objection.In(web.Lang(ctx))
}

// stood is the assessment on which a case rests: of one that was decided the one that stood then, else the newest. The
// pack is that of the assessment, nil where the household was not judged.
func (p *casePages) stood(ctx context.Context, scope access.Scope, f procedure.File, d *procedure.Definition, found []registry.Household) (identify.Stored, *policy.Pack, error) {
	at := p.Cases.Now()
	if f.Ended != 0 {
		at = f.Decided(d)
	}
	list, err := p.Identify.Stood(ctx, scope, f.Area, found, at)
	a, judged := list[f.Household]
	if err != nil || !judged {
		return a, nil, err
	}
	pack, _ := p.Identify.Pack(a.Hash)
	return a, pack, nil
}

// why is what the assessment of a household rests on that stood when the case was decided: the reason in words, then
// each input.
func (p *casePages) why(ctx context.Context, scope access.Scope, paper casePaper, f procedure.File, d *procedure.Definition, found []registry.Household) ([]web.PaperBlock, error) {
	a, pack, err := p.stood(ctx, scope, f, d, found)
	if err != nil || pack == nil {
		return nil, err
	}
	words := strings.TrimSpace(strings.TrimSuffix(a.Reason.In(web.Lang(ctx)), objection(ctx, pack))) // which stands below by itself
	block := web.PaperBlock{Title: paper.word(ctx, "why"), Text: words}
	for _, fact := range inputs(ctx, a.Basis, pack).Items {
		value := fact.Value
		if fact.Missing {
			value = paper.word(ctx, "unknown")
		}
		block.Rows = append(block.Rows, []string{fact.Label, value})
	}
	return []web.PaperBlock{block}, nil
}
