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
	sheets []sheet
}

// sheet is one side of paper.
type sheet struct{ blocks []block }

// block is a section of the handbook, or a part of one, that fits on a sheet.
type block struct {
	title, text string
	heads       []string
	rows        [][]string
	ruled       bool // rows are empty lines to be filled in by hand
	signatures  []string
	height      float64
}

// head is the head of a column, empty where the table has none.
func (b block) head(column int) string {
	if column < len(b.heads) {
		return b.heads[column]
	}
	return ""
}

// Heights are in millimetres, of which a sheet of A4 takes paperHeight below its head. They are rather too large than
// too small: what does not fit would not be printed.
const (
	paperHeight  = 240
	titleHeight  = 14
	headHeight   = 13
	textHeight   = 8
	lineHeight   = 5.2
	rowPadding   = 2.3
	ruledHeight  = 11.8
	signedHeight = 30
	// valueWidth and tableWidth are how many Latin characters a line of a value holds, and of a table from side to side.
	valueWidth = 48
	tableWidth = 94
)

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
	h.verify = origin(r) + "/verify/" + token
	if h.qr, err = web.QR(h.verify, word(ctx, "handbook.qr")); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, handbookView(h))
}

// origin is the address of this server as the reader reached it.
func origin(r *http.Request) string {
	if web.Secure(r.Context()) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
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
func (v handbookWriter) sheets(rules registry.Handbook) []sheet {
	var sheets []sheet
	free := 0.0
	for _, part := range rules.Sections {
		for _, b := range v.blocks(part) {
			if len(sheets) == 0 || b.height > free {
				sheets, free = append(sheets, sheet{}), paperHeight
			}
			last := &sheets[len(sheets)-1]
			last.blocks = append(last.blocks, b)
			free -= b.height
		}
	}
	return sheets
}

// blocks are the parts of a section that each fit on a sheet.
func (v handbookWriter) blocks(part registry.HandbookPart) []block {
	lang := web.Lang(v.ctx)
	b := block{title: part.Title.In(lang), text: part.Text.In(lang)}
	switch part.Kind {
	case registry.HandbookFacts:
		b.rows = v.factRows(part.Items)
	case registry.HandbookMembers:
		b.heads, b.rows = v.memberRows(part.Items)
	case registry.HandbookEntries:
		b.heads, b.rows = v.entryRows()
	default:
		for _, column := range part.Columns {
			b.heads = append(b.heads, column.In(lang))
		}
		b.ruled, b.rows = true, make([][]string, part.Rows)
		for i := range b.rows {
			b.rows[i] = make([]string, len(b.heads))
		}
		for _, signature := range part.Signatures {
			b.signatures = append(b.signatures, signature.In(lang))
		}
	}
	return b.split(word(v.ctx, "handbook.continued"))
}

// split cuts a block where a sheet is full; the head is repeated.
func (b block) split(continued string) []block {
	head := float64(titleHeight)
	if len(b.heads) > 0 {
		head += headHeight
	}
	if b.text != "" {
		head += textHeight
	}
	foot := 0.0
	if len(b.signatures) > 0 {
		foot = signedHeight
	}
	part := block{title: b.title, text: b.text, heads: b.heads, ruled: b.ruled, height: head + foot}
	var parts []block
	for _, row := range b.rows {
		height := b.rowHeight(row)
		if part.height+height > paperHeight && len(part.rows) > 0 {
			parts = append(parts, part)
			part = block{title: b.title + " " + continued, heads: b.heads, ruled: b.ruled, height: head + foot}
		}
		part.rows = append(part.rows, row)
		part.height += height
	}
	part.signatures = b.signatures
	return append(parts, part)
}

// rowHeight is how much of the paper a row takes.
func (b block) rowHeight(row []string) float64 {
	if b.ruled {
		return ruledHeight
	}
	width := valueWidth
	if len(b.heads) > 0 {
		width = tableWidth / len(b.heads)
	}
	most := 1
	for _, cell := range row {
		n := 0
		for _, r := range cell {
			n++
			if r >= 0x2e80 {
				n++ // a wide character
			}
		}
		most = max(most, (n+width-1)/width)
	}
	return rowPadding + lineHeight*float64(most)
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
