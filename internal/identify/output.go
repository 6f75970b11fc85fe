package identify

import (
	"strconv"
	"strings"

	"rightkey/internal/i18n"
	"rightkey/internal/policy"
	"rightkey/internal/table"
)

// Output writes assessments as a table: the file's key and area columns as they were, then what was found. Welfare and
// line are in major units of the pack's currency; missing lists the codes of the inputs that would have to be asked;
// there is a reason in words for each language.
type Output struct {
	pack      *policy.Pack
	languages []i18n.Lang
	to        table.Writer
}

// OutputColumns are the columns behind the key and area columns, before one "reason_<language>" per language.
var OutputColumns = []string{"pack", "rule", "date", "weight", "members", "welfare", "line", "line_code", "verdict", "missing"}

// OutputHeader is the header of the table for a mapping.
func OutputHeader(m *Mapping, languages []i18n.Lang) []string {
	header := append([]string{}, m.Key...)
	for _, area := range m.Areas {
		header = append(header, "area_"+area.Level)
	}
	header = append(header, OutputColumns...)
	for _, language := range languages {
		header = append(header, "reason_"+string(language))
	}
	return header
}

// NewOutput writes to a table with OutputHeader.
func NewOutput(p *policy.Pack, languages []i18n.Lang, to table.Writer) *Output {
	return &Output{pack: p, languages: languages, to: to}
}

// Write writes one assessment.
func (o *Output) Write(a Assessment) error {
	v := a.Verdict
	welfare, line, code := "", "", ""
	if v.HasWelfare {
		welfare = Plain(v.Welfare, o.pack.Digits)
	}
	if v.HasLine {
		line, code = Plain(v.Line.Amount, o.pack.Digits), v.Line.Code
	}
	cells := append([]string{}, a.Key...)
	cells = append(cells, a.Areas...)
	cells = append(cells, v.PackID+"@"+v.PackVersion, v.Rule, v.Day.String(), number(a.Weight), number(a.Members),
		welfare, line, code, string(v.Outcome), strings.Join(v.Missing, ";"))
	for _, language := range o.languages {
		cells = append(cells, v.Reason(o.pack, language))
	}
	return o.to.Write(cells)
}

func number(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

// ReasonLanguages are the languages of a pack in which the program can speak, English where it can in none.
func ReasonLanguages(p *policy.Pack) []i18n.Lang {
	var languages []i18n.Lang
	for _, language := range p.Languages {
		if i18n.Known(language) || SectionOf(p).speaks(language) {
			languages = append(languages, language)
		}
	}
	if len(languages) == 0 {
		return []i18n.Lang{i18n.English}
	}
	return languages
}
