package campaign

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/table"
)

// The columns of a team's spreadsheet; between outcome and welfare stand the items of the design.
const (
	columnRow       = "row" // proves that the register wrote the row, and at which state of the household
	columnHousehold = "household"
	columnHead      = "head"
	columnPlace     = "place"
	columnPersons   = "persons"
	columnDay       = "day"
	columnOutcome   = "outcome"
	columnWelfare   = "welfare"
	columnVerdict   = "verdict"
)

// said are the columns of which a visit consists.
func said(d *Design) []string {
	columns := []string{columnDay, columnOutcome}
	for _, item := range d.Items {
		columns = append(columns, item.Code)
	}
	return append(columns, columnWelfare, columnVerdict)
}

// Sheet writes the households that wait for the caller's team as a spreadsheet, village by village, to be filled in
// without network and taken in by TakeSheet. It holds nothing of what was found before. The reading is journalled.
func (s *Service) Sheet(ctx context.Context, scope access.Scope, campaign int64, lang i18n.Lang, out io.Writer) error {
	g, list, err := s.Route(ctx, scope, campaign)
	if err != nil {
		return err
	}
	d, pack, err := s.DesignOf(g.Campaign)
	if err != nil {
		return err
	}
	keys := make([]int64, len(list))
	for i, t := range list {
		keys[i] = t.Area
	}
	places, err := s.registry.Places(ctx, keys)
	if err != nil {
		return err
	}
	f := sheetForm(lang, d, pack)
	for _, t := range list {
		f.Rows = append(f.Rows, s.sheetRow(lang, t, g.Team, places))
	}
	return table.WriteForm(out, f)
}

// sheetRow is what stands in the locked columns of a household's row.
func (s *Service) sheetRow(lang i18n.Lang, t Task, team int64, places map[int64]area.Area) []string {
	at := places[t.Area]
	return []string{s.rowProof(t, team), t.Number, t.HeadName, at.Label(lang), strconv.FormatInt(t.Persons, 10)}
}

// sheetForm are the columns of a team's spreadsheet with what may stand in them.
func sheetForm(lang i18n.Lang, d *Design, pack *policy.Pack) table.Form {
	word := func(key string) string { return i18n.T(lang, "campaign."+key) }
	f := table.Form{Sheet: word("sheet.name"), Notes: word("sheet.notes"), NotesHead: []string{"# " + word("sheet.column"), word("sheet.meaning"), word("sheet.answers")}, FromRight: i18n.Dir(lang) == "rtl"}
	known := func(name, title string) {
		f.Columns = append(f.Columns, table.FormColumn{Name: name, Title: title, Locked: true, Hidden: name == columnRow, Notes: []string{title, ""}})
	}
	asked := func(name, title, help string, answers []string, closed bool) {
		c := table.FormColumn{Name: name, Title: title, Notes: []string{strings.TrimSpace(title + " " + help), strings.Join(answers, ", ")}}
		if closed {
			c.Answers = answers
		}
		f.Columns = append(f.Columns, c)
	}
	known(columnRow, "#")
	known(columnHousehold, word("column.household"))
	known(columnHead, word("column.head"))
	known(columnPlace, word("column.place"))
	known(columnPersons, word("column.persons"))
	asked(columnDay, word("sheet.day"), "", []string{"2030-12-31"}, false)
	asked(columnOutcome, word("field.outcome"), "", choiceWords(lang, columnOutcome, Outcomes), true)
	for _, item := range d.Items {
		asked(item.Code, item.Label.In(lang), item.Help.In(lang), item.Answers(lang), item.Kind != policy.Multi)
	}
	asked(columnWelfare, word("field.welfare")+" ("+pack.Currency+")", word("field.welfare_help"), nil, false)
	asked(columnVerdict, word("field.verdict"), "", choiceWords(lang, columnVerdict, verdicts), true)
	return f
}

// verdicts are those that somebody who saw a household can say.
var verdicts = []Verdict{Poor, NotPoor}

// choiceWords are the answers of a question of these pages in words.
func choiceWords[T ~string](lang i18n.Lang, question string, values []T) []string {
	words := make([]string, len(values))
	for i, value := range values {
		words[i] = i18n.T(lang, "campaign."+question+"."+string(value))
	}
	return words
}

// choiceOf reads an answer that stands as its code or in the words of any language; what is none of them stays as it is
// and is refused with the visit.
func choiceOf[T ~string](text, question string, values []T) T {
	text = strings.TrimSpace(text)
	for _, info := range i18n.Languages() {
		if at := slices.Index(choiceWords(info.Lang, question, values), text); at >= 0 {
			return values[at]
		}
	}
	return T(text)
}

// rowProof is what stands in a row for the register: the version of the household's task, and a proof that nobody else
// can make and that holds for no other campaign, team, household or version.
func (s *Service) rowProof(t Task, team int64) string {
	return strconv.FormatInt(t.Ver, 10) + "-" + s.keys.Ring().Proof("visit.sheet", t.Campaign, team, t.Household, t.Ver)
}

// proven is the version of its task from which a row was written; false if the register did not write it for this team.
func (s *Service) proven(row string, t Task, team int64) (int64, bool) {
	text, _, _ := strings.Cut(row, "-")
	ver, err := strconv.ParseInt(text, 10, 64)
	t.Ver = ver
	return ver, err == nil && row == s.rowProof(t, team)
}
