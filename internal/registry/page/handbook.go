package page

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"rightkey/internal/access"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/web"
)

// handbook is the printed booklet of a household, sheet by sheet.
type handbook struct {
	title, issuer, number, place, head, day string

	back   string // address of the household's page, on the screen only
	qr     templ.Component
	verify string // address that the QR code leads to
	sheets [][]web.PaperBlock
}

// printHandbook shows the handbook of a household, to be printed. The household sees of secret numbers the last four
// digits only; whoever finds the paper sees no more.
func (p *pages) printHandbook(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := number(r)
	if err != nil {
		return err
	}
	scope, err := p.scope(r, access.HouseholdRead)
	if err != nil {
		return err
	}
	f, err := p.Registry.Open(ctx, scope, id)
	if err != nil {
		return err
	}
	way, err := p.Registry.Areas().Path(ctx, f.Area)
	if err != nil {
		return err
	}
	rules := registry.HandbookOf(f.Pack)
	lang := web.Lang(ctx)
	v := handbookWriter{viewer: viewer{ctx: ctx, scope: scope, f: f}, masked: rules.Masked}
	h := handbook{title: rules.Title.In(lang), issuer: rules.Issuer.In(lang), number: f.Number, head: v.name(f.HeadName), back: "/households/" + f.Number,
		day: i18n.Day(lang, scope.Caller().Today), sheets: v.sheets(rules)}
	for i, a := range way {
		if i > 0 {
			h.place += " · "
		}
		h.place += a.Label(lang)
	}
	token, err := p.Registry.IssueDocument(ctx, scope, f.Household, "handbook", len(h.sheets)+1)
	if err != nil {
		return err
	}
	h.verify = web.Origin(r) + "/verify/" + token
	if h.qr, err = web.QR(h.verify, word(ctx, "handbook.qr")); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, handbookView(h))
}

// handbookWriter lays a household's file out on sheets.
type handbookWriter struct {
	viewer
	masked bool
}

// name is a name as the handbook prints it.
func (v handbookWriter) name(name string) string {
	if name == "" {
		return "***"
	}
	if v.masked {
		return string([]rune(name)[:1]) + "***"
	}
	return name
}

// sheets sets the sections on sheets: a section begins on a new one where it does not fit.
func (v handbookWriter) sheets(rules registry.Handbook) [][]web.PaperBlock {
	var blocks []web.PaperBlock
	for _, part := range rules.Sections {
		blocks = append(blocks, v.block(part))
	}
	return web.Sheets(v.ctx, blocks, word(v.ctx, "handbook.continued"))
}

// block is a section of the handbook.
func (v handbookWriter) block(part registry.HandbookPart) web.PaperBlock {
	lang := web.Lang(v.ctx)
	b := web.PaperBlock{Title: part.Title.In(lang), Text: part.Text.In(lang)}
	switch part.Kind {
	case registry.HandbookFacts:
		b.Rows = v.factRows(part.Items)
	case registry.HandbookMembers:
		b.Heads, b.Rows = v.memberRows(part.Items)
	case registry.HandbookEntries:
		b.Heads, b.Rows = v.entryRows()
	default:
		for _, column := range part.Columns {
			b.Heads = append(b.Heads, column.In(lang))
		}
		b.Ruled, b.Rows = true, make([][]string, part.Rows)
		for i := range b.Rows {
			b.Rows[i] = make([]string, len(b.Heads))
		}
		for _, signature := range part.Signatures {
			b.Signatures = append(b.Signatures, signature.In(lang))
		}
	}
	return b
}

func (v handbookWriter) factRows(items []*policy.Item) [][]string {
	var rows [][]string
	for _, item := range items {
		facts := v.f.Facts
		if item.Subject == registry.SubjectDwelling {
			facts = nil
			for _, d := range v.f.Dwellings {
				if d.To == nil {
					facts = d.Facts
				}
			}
		}
		rows = append(rows, []string{item.Label.In(web.Lang(v.ctx)), v.printed(item, facts)})
	}
	return rows
}

// printed is a value as the handbook prints it, empty where it is unknown: the line is filled in by hand then.
func (v handbookWriter) printed(item *policy.Item, facts policy.Facts) string {
	value, known := facts[item.Code]
	if !known || value == nil || !v.sees(item) {
		return ""
	}
	text := valueText(v.ctx, v.f.Pack, item, value)
	if unit := unitOf(v.ctx, v.f.Pack, item); text != "" && unit != "" {
		text += " " + unit
	}
	return text
}

func (v handbookWriter) memberRows(items []*policy.Item) (heads []string, rows [][]string) {
	lang := web.Lang(v.ctx)
	for _, code := range []string{registry.FieldName, registry.FieldRelation, registry.FieldSex, registry.FieldBirth} {
		heads = append(heads, label(v.ctx, v.f.Pack, registry.SubjectPerson, code))
	}
	heads = append(heads, word(v.ctx, "household.identity"))
	for _, item := range items {
		heads = append(heads, item.Label.In(lang))
	}
	for _, m := range v.f.Members {
		row := []string{v.name(m.Name), v.coded(registry.FieldRelation, m.Relation).Text, v.coded(registry.FieldSex, m.Sex).Text, "", ""}
		if m.Birth != nil {
			row[3] = m.Birth.String()
		}
		if m.IDTail != "" {
			row[4] = "…" + m.IDTail
		}
		for _, item := range items {
			row = append(row, v.printed(item, m.Facts))
		}
		rows = append(rows, row)
	}
	return heads, rows
}

// entryRows are income and expenditure of the latest year, with their sums.
func (v handbookWriter) entryRows() (heads []string, rows [][]string) {
	lang := web.Lang(v.ctx)
	heads = []string{word(v.ctx, "household.kind"), word(v.ctx, "household.class"), word(v.ctx, "handbook.amount", "currency", v.f.Pack.Currency)}
	years := registry.Years(v.f.Entries)
	if len(years) == 0 {
		return heads, [][]string{{"", "", ""}, {"", "", ""}, {"", "", ""}}
	}
	heads[0] += " · " + strconv.Itoa(years[0])
	income, expenditure := registry.Income(v.f.Entries, years[0])
	for _, of := range []struct {
		subject string
		byClass map[string]int64
	}{{registry.SubjectIncome, income}, {registry.SubjectExpenditure, expenditure}} {
		total := int64(0)
		for _, class := range v.classes(of.subject, of.byClass) {
			total += of.byClass[class]
			rows = append(rows, []string{word(v.ctx, "subject."+of.subject), v.className(of.subject, class), amount(lang, of.byClass[class], v.f.Pack)})
		}
		rows = append(rows, []string{word(v.ctx, "subject."+of.subject), word(v.ctx, "handbook.total"), amount(lang, total, v.f.Pack)})
	}
	return heads, rows
}

// verify tells whoever holds a printed document whether it is genuine, how many pages it has and its date: nothing else.
func (p *pages) verify(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := p.Registry.VerifyDocument(ctx, r.PathValue("token"))
	if err != nil {
		return err
	}
	text := word(ctx, "verify.text", "pages", d.Pages, "day", i18n.Day(web.Lang(ctx), d.Day))
	page := web.Page{Title: word(ctx, "verify.title"), Viewer: web.ViewerFrom(ctx), Path: "/"}
	return web.Render(w, r, http.StatusOK, framed(page, web.Notice{Tone: web.ToneGood, Title: wordOr(ctx, "verify.kind."+d.Kind, d.Kind), Text: text}))
}

// pageOf is the number of a sheet among all, the cover being the first.
func pageOf(ctx context.Context, n, all int) string {
	return word(ctx, "handbook.page", "n", n, "all", all)
}
