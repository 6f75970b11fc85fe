package policy

import (
	"regexp"
	"slices"

	"github.com/govalues/decimal"

	"rightkey/internal/crypt"
	"rightkey/internal/i18n"
)

// CoreSection is the section of core items.
const CoreSection = "core"

// Classes are the field classes from public to secret.
var Classes = []string{"P0", "P1", "P2", "P3", "P4"}

var (
	kinds           = []string{"text", "int", "decimal", "money", "bool", "choice", "multi", "date"}
	severities      = []string{"reject", "provisional", "problem"}
	checkAlgorithms = []string{"", crypt.Mod11x2, crypt.Mod37x2, crypt.Mod97x10, crypt.Mod11x10, crypt.Luhn, crypt.Verhoeff}
	// reserved are the words CEL keeps for itself.
	reserved = []string{"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in",
		"let", "loop", "namespace", "null", "package", "return", "true", "var", "void", "while"}
)

func (b *builder) item(found itemSchema) {
	pos, name := found.Pos, found.Subject+"."+found.Code
	item := &Item{Code: found.Code, Subject: found.Subject, Section: found.Section, Kind: Kind(found.Kind),
		Codes: found.Codes, Core: found.Core, Class: found.Class, Purpose: found.Purpose, Legal: found.Legal,
		Retention: found.Retention, List: found.List, Mirror: found.Mirror, Counts: found.Counts, Required: found.Required, RequiredIf: found.RequiredIf,
		Protected: found.Protected, Unit: found.Unit, Find: found.Find, Source: found.Source, Unconfirmed: found.Unconfirmed, Pos: pos,
		Label: b.text(pos, "item "+name, found.Label), Help: b.optionalText("help of item "+name, found.Help), pack: b.pack}
	b.matches(pos, "item code", found.Code, codePattern)
	b.matches(pos, "subject", found.Subject, codePattern)
	if slices.Contains(reserved, found.Code) {
		b.fail(pos, "item code %q is a word that CEL keeps for itself", found.Code)
	}
	b.oneOf(pos, "kind", found.Kind, kinds)
	b.oneOf(pos, "class", found.Class, Classes)
	b.itemPlace(item)
	b.itemCounts(item)
	b.itemCodes(item)
	b.itemBounds(item, found)
	b.itemText(item, found)
	if found.Class == "P4" && (found.List || found.Mirror) {
		b.fail(pos, "item %s is secret (P4): it can be neither a list nor a mirror item", name)
	}
	if found.Required && found.RequiredIf != "" || found.Core && found.RequiredIf != "" {
		b.fail(pos, "item %s: required_if is for facts that are not required always", name)
	}
	b.oneOf(pos, "find", found.Find, []string{"", FindPhone})
	if found.Find != "" && (found.Kind != string(Text) || found.Class == "P4" || found.Core) {
		b.fail(pos, "item %s: only a text that is neither a core item nor secret (P4) finds its subject", name)
	}
	if len(found.Purpose) == 0 {
		b.fail(pos, "item %s has no purpose: an item without a purpose cannot be asked", name)
	}
	if found.Check != nil {
		b.oneOf(found.Check.Pos, "severity", found.Check.Severity, severities)
		item.Check = &Check{CEL: found.Check.CEL, Severity: Severity(found.Check.Severity),
			Text: b.text(found.Check.Pos, "check of item "+name, found.Check.Text)}
	}
	if _, twice := b.pack.items[name]; twice {
		b.fail(pos, "item %s stands twice, first in %s:%d", name, b.pack.items[name].Pos.File, b.pack.items[name].Pos.Line)
		return
	}
	b.pack.items[name] = item
	b.pack.Items = append(b.pack.Items, item)
	b.ref("item", name, found.Source, found.Unconfirmed, pos)
}

// itemPlace checks that an item stands in a section of its own subject, a core item in none.
func (b *builder) itemPlace(item *Item) {
	if item.Core {
		if item.Section != "" {
			b.fail(item.Pos, "core item %s.%s needs no section", item.Subject, item.Code)
		}
		item.Section = CoreSection
		return
	}
	form, known := b.form(item.Section)
	if !known {
		b.fail(item.Pos, "item %s.%s names the section %q, which is not among forms", item.Subject, item.Code, item.Section)
	} else if form.Subject != item.Subject {
		b.fail(item.Pos, "item %s.%s stands in section %q, which is about %s", item.Subject, item.Code, form.Code, form.Subject)
	}
}

func (b *builder) itemCodes(item *Item) {
	chosen := item.Kind == Choice || item.Kind == Multi
	if !chosen && item.Codes != "" {
		b.fail(item.Pos, "item %s.%s is a %s and takes no code list", item.Subject, item.Code, item.Kind)
	}
	if !chosen {
		return
	}
	item.codes = b.pack.Codes[item.Codes]
	if item.codes == nil {
		b.fail(item.Pos, "item %s.%s names the code list %q, which this pack does not have", item.Subject, item.Code, item.Codes)
	}
	if item.Subject == "household" && item.Code == "status" && item.codes != nil {
		b.statusGroups(item.codes)
	}
	if item.codes != nil && item.Code == "class" && slices.Contains(Totals, item.Subject) {
		b.classGroups(item.codes)
	}
}

// classGroups checks that a class which is part of another one names a class that is whole.
func (b *builder) classGroups(list *CodeList) {
	for _, option := range list.Options {
		if option.Group == "" {
			continue
		}
		if whole, ok := list.Option(option.Group); !ok || whole.Group != "" {
			b.fail(option.Pos, "class %q is part of %q, which is no class or itself part of one", option.Code, option.Group)
		}
	}
}

func (b *builder) statusGroups(list *CodeList) {
	for _, option := range list.Options {
		b.oneOf(option.Pos, "group of status", option.Group, StatusGroups)
	}
}

// itemCounts checks that only a number of an area can be one that the register counts itself.
func (b *builder) itemCounts(item *Item) {
	if item.Counts == "" {
		return
	}
	b.oneOf(item.Pos, "counts", item.Counts, Counted)
	if b.pack.Levels.Find(item.Subject) == 0 || (item.Kind != Int && item.Kind != Decimal) {
		b.fail(item.Pos, "item %s.%s: only a number of an area is counted by the register", item.Subject, item.Code)
	}
}

func (b *builder) itemBounds(item *Item, found itemSchema) {
	bounded := slices.Contains([]Kind{Text, Int, Decimal, Money, Multi}, item.Kind)
	if (found.Min.Set || found.Max.Set) && !bounded {
		b.fail(item.Pos, "item %s.%s is a %s and has no range", item.Subject, item.Code, item.Kind)
	}
	item.Min, item.Max = bound(found.Min), bound(found.Max)
	if item.Min != nil && item.Max != nil && item.Max.Cmp(*item.Min) < 0 {
		b.fail(item.Pos, "item %s.%s has a max below its min", item.Subject, item.Code)
	}
}

func bound(n Number) *decimal.Decimal {
	if !n.Set {
		return nil
	}
	return &n.Decimal
}

// itemText reads what only texts have: pattern and identity.
func (b *builder) itemText(item *Item, found itemSchema) {
	if item.Kind != Text && (found.Pattern != "" || found.Identity != nil) {
		b.fail(item.Pos, "item %s.%s is a %s: only a text has a pattern or an identity", item.Subject, item.Code, item.Kind)
	}
	if found.Pattern != "" {
		pattern, err := regexp.Compile(`\A(?:` + found.Pattern + `)\z`)
		if err != nil {
			b.fail(item.Pos, "pattern of item %s.%s: %s", item.Subject, item.Code, err)
		}
		item.Pattern = pattern
	}
	if found.Identity != nil {
		item.Identity = b.identity(found.Identity)
	}
}

func (b *builder) identity(found *identitySchema) *Identity {
	pos := found.Pos
	b.oneOf(pos, "normalise", found.Normalise, []string{string(crypt.FoldID), string(crypt.Digits)})
	b.oneOf(pos, "check", found.Check, checkAlgorithms)
	identity := &Identity{Normalise: crypt.Normaliser(found.Normalise), Lengths: found.Lengths, Check: found.Check,
		CheckLength:   found.CheckLength,
		CheckSeverity: Severity(found.CheckSeverity)}
	if len(found.Lengths) == 0 {
		b.fail(pos, "lengths is missing: which lengths may the number have?")
	}
	if found.Check != "" {
		b.oneOf(pos, "check_severity", found.CheckSeverity, severities)
	}
	if e := found.Extend; e != nil {
		identity.Extend = &Extend{e.From, e.At, e.Insert}
		if e.At < 0 || e.At > e.From || found.Check == "" {
			b.fail(e.Pos, "extend needs a check and a place between 0 and %d", e.From)
		}
	}
	return identity
}

// coreItems checks that the pack describes every core item.
func (b *builder) coreItems() {
	for _, subject := range sortedKeys(Core) {
		for _, code := range Core[subject] {
			item, known := b.pack.Item(subject, code)
			if !known || !item.Core {
				b.fail(b.file.Pack.Pos, "the pack does not describe the core item %s.%s (core: true)", subject, code)
			}
		}
	}
}

func (b *builder) line(found lineSchema) {
	pos := found.Pos
	b.matches(pos, "line", found.Code, codePattern)
	b.matches(pos, "purpose", found.Purpose, codePattern)
	b.oneOf(pos, "per", found.Per, []string{"head", "adult_equivalent", "household"})
	b.oneOf(pos, "period", found.Period, []string{"year", "month"})
	from, to := b.span(pos, found.From, found.To)
	line := Line{Code: found.Code, Purpose: found.Purpose, Label: b.text(pos, "line "+found.Code, found.Label),
		Area: b.scope(pos, found.Area), From: from, To: to, Per: Per(found.Per), Period: Period(found.Period),
		Prices: found.Prices, Source: found.Source, Unconfirmed: found.Unconfirmed, Pos: pos}
	amount, ok := minorUnits(found.Amount.Decimal, b.pack.Digits)
	if !found.Amount.Set || !ok || amount <= 0 {
		b.fail(pos, "amount of line %q must be a positive figure with at most %d decimals", found.Code, b.pack.Digits)
	}
	line.Amount = amount
	b.pack.Lines = append(b.pack.Lines, line)
	b.ref("line", found.Code, found.Source, found.Unconfirmed, pos)
}

// uniqueLines refuses two lines with one code, and two that would answer the same question from the same day.
func (b *builder) uniqueLines() {
	type question struct {
		purpose, area string
		from          int64
	}
	codes, asked := map[string]bool{}, map[question]string{}
	for _, line := range b.pack.Lines {
		if codes[line.Code] {
			b.fail(line.Pos, "line %q stands twice", line.Code)
		}
		codes[line.Code] = true
		q := question{line.Purpose, line.Area.Prefix, int64(line.From)}
		if other, twice := asked[q]; twice {
			b.fail(line.Pos, "line %q begins on the same day in the same area for the same purpose as %q", line.Code, other)
		}
		asked[q] = line.Code
	}
}

func (b *builder) value(found valueSchema) {
	pos := found.Pos
	b.matches(pos, "value", found.Code, codePattern)
	from, to := b.span(pos, found.From, found.To)
	if found.Number.Set == (found.Text != "") {
		b.fail(pos, "value %q needs either a number or a text", found.Code)
	}
	value := DatedValue{Code: found.Code, Label: b.text(pos, "value "+found.Code, found.Label),
		Area: b.scope(pos, found.Area), From: from, To: to, Text: found.Text, Unit: found.Unit, Source: found.Source,
		Unconfirmed: found.Unconfirmed, Pos: pos}
	if found.Number.Set {
		value.Number, _ = found.Number.Float64()
		value.Text, value.IsNumber = found.Number.String(), true
	}
	b.pack.Values = append(b.pack.Values, value)
	b.ref("value", found.Code, found.Source, found.Unconfirmed, pos)
}

func (b *builder) formulas() {
	for _, code := range sortedKeys(b.file.Formulas) {
		found := b.file.Formulas[code]
		b.matches(found.Pos, "formula", code, codePattern)
		b.matches(found.Pos, "subject", found.Subject, codePattern)
		b.pack.Formulas[code] = &Formula{Code: code, Subject: found.Subject,
			Label: b.text(found.Pos, "formula "+code, found.Label), Unit: found.Unit, Money: found.Money,
			Inputs: found.Inputs, CEL: found.CEL, Explain: b.formulaText(code, found), Source: found.Source,
			Unconfirmed: found.Unconfirmed, Pos: found.Pos, pack: b.pack}
		b.ref("formula", code, found.Source, found.Unconfirmed, found.Pos)
	}
	for _, code := range sortedKeys(b.pack.Formulas) {
		b.compileFormula(b.pack.Formulas[code])
	}
}

func (b *builder) formulaText(code string, found formulaSchema) i18n.Text {
	return b.text(found.Pos, "explanation of formula "+code, found.Explain)
}
