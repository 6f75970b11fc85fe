package policy

import (
	"regexp"
	"slices"
	"strings"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/i18n"
)

var (
	packIDPattern   = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	codePattern     = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	languagePattern = regexp.MustCompile(`^[a-z]{2,3}$`)
	currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)
	optionPattern   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$`)
	optionColors    = []string{"", "red", "green", "yellow", "orange", "blue", "grey"}
)

// maxKeyDigits bounds an area key: 15 digits are below 2^53.
const maxKeyDigits = 15

// read decodes one of the pack's own files and merges it into what is known so far.
func (b *builder) read(file SourceFile) {
	var found fileSchema
	if err := Decode(file, &found); err != nil {
		b.add(file.Name, err)
	}
	into := &b.file
	if found.Pack != nil {
		if into.Pack != nil {
			b.fail(found.Pack.Pos, "pack stands twice, first in %s", into.Pack.Pos.File)
		}
		into.Pack = found.Pack
	}
	if len(found.Sections) > 0 && file.Name != HeadFile {
		b.fail(found.Pos, "sections belong into %s", HeadFile)
	}
	if len(into.Levels) > 0 && len(found.Levels) > 0 {
		b.fail(found.Levels[0].Pos, "levels stand twice, first in %s", into.Levels[0].Pos.File)
	}
	into.Levels = append(into.Levels, found.Levels...)
	into.Forms = append(into.Forms, found.Forms...)
	into.Items = append(into.Items, found.Items...)
	into.Lines = append(into.Lines, found.Lines...)
	into.Values = append(into.Values, found.Values...)
	into.Roles = append(into.Roles, found.Roles...)
	into.Codes = merge(b, found.Pos, "codes", into.Codes, found.Codes)
	into.Formulas = merge(b, found.Pos, "formulas", into.Formulas, found.Formulas)
	into.Terms = merge(b, found.Pos, "terms", into.Terms, found.Terms)
}

// merge adds what a file found under a key to what other files hold under it.
func merge[V any](b *builder, pos Pos, key string, into, found map[string]V) map[string]V {
	if into == nil {
		into = map[string]V{}
	}
	for _, name := range sortedKeys(found) {
		if _, twice := into[name]; twice {
			b.fail(Pos{File: pos.File}, "%s.%s is in another file already", key, name)
			continue
		}
		into[name] = found[name]
	}
	return into
}

// build turns what the files hold into the pack, in an order in which each step needs only what is there already.
func (b *builder) build() {
	if b.file.Pack == nil {
		b.fail(Pos{File: HeadFile}, "the key pack is missing")
		return
	}
	p := b.pack
	p.Codes, p.Formulas, p.Terms = map[string]*CodeList{}, map[string]*Formula{}, map[string]i18n.Text{}
	p.Sections, p.items = map[string]any{}, map[string]*Item{}
	b.head(b.file.Pack)
	b.levels()
	for _, code := range sortedKeys(b.file.Terms) {
		p.Terms[code] = b.text(Pos{File: HeadFile}, "term "+code, b.file.Terms[code])
	}
	for _, code := range sortedKeys(b.file.Codes) {
		b.codeList(code, b.file.Codes[code])
	}
	b.forms()
	for _, item := range b.file.Items {
		b.item(item)
	}
	b.coreItems()
	for _, line := range b.file.Lines {
		b.line(line)
	}
	b.uniqueLines()
	for _, value := range b.file.Values {
		b.value(value)
	}
	for _, role := range b.file.Roles {
		b.role(role)
	}
	b.formulas()
	b.checks()
	b.sortRefs()
}

func (b *builder) head(head *packSchema) {
	p := b.pack
	p.ID, p.Version, p.Currency, p.Digits = head.ID, head.Version, head.Currency, head.Digits
	p.Languages, p.HomeLevel = head.Languages, head.HomeLevel
	b.matches(head.Pos, "pack id", head.ID, packIDPattern)
	b.matches(head.Pos, "currency", head.Currency, currencyPattern)
	if head.Version == "" {
		b.fail(head.Pos, "version is missing")
	}
	if head.Digits < 0 || head.Digits > 4 {
		b.fail(head.Pos, "digits is %d: a currency has 0 to 4 minor digits", head.Digits)
	}
	if len(head.Languages) == 0 {
		b.fail(head.Pos, "languages is missing: name at least one")
	}
	for i, language := range head.Languages {
		b.matches(head.Pos, "language", string(language), languagePattern)
		if slices.Contains(head.Languages[:i], language) {
			b.fail(head.Pos, "language %q stands twice", language)
		}
	}
	p.Title = b.text(head.Pos, "title", head.Title)
}

func (b *builder) levels() {
	head := b.file.Pack.Pos
	for _, level := range b.file.Levels {
		b.matches(level.Pos, "level code", level.Code, codePattern)
		if level.Width < 1 || level.Width > 6 {
			b.fail(level.Pos, "width of level %q is %d: a level takes 1 to 6 digits", level.Code, level.Width)
		}
		if b.pack.Levels.Find(level.Code) > 0 {
			b.fail(level.Pos, "level %q stands twice", level.Code)
		}
		b.pack.Levels = append(b.pack.Levels,
			Level{level.Code, b.text(level.Pos, "level "+level.Code, level.Label), level.Width, level.Pos})
	}
	if digits := b.pack.Levels.Digits(); len(b.file.Levels) == 0 || digits > maxKeyDigits {
		b.fail(head, "the levels take %d digits together: an area key has 1 to %d", digits, maxKeyDigits)
	}
	if b.pack.Levels.Find(b.pack.HomeLevel) == 0 {
		b.fail(head, "home_level %q is not a level of this pack", b.pack.HomeLevel)
	}
}

func (b *builder) codeList(code string, found codesSchema) {
	b.matches(found.Pos, "code list", code, codePattern)
	list := &CodeList{Code: code, Label: b.text(found.Pos, "code list "+code, found.Label), Source: found.Source,
		Unconfirmed: found.Unconfirmed, Pos: found.Pos, byCode: map[string]int{}, byText: map[string]int{}}
	if len(found.Options) == 0 {
		b.fail(found.Pos, "code list %q has no options", code)
	}
	for i, option := range found.Options {
		b.matches(option.Pos, "option", option.Code, optionPattern)
		if _, twice := list.byCode[option.Code]; twice {
			b.fail(option.Pos, "option %q stands twice in code list %q", option.Code, code)
		}
		if !slices.Contains(optionColors, option.Color) {
			b.fail(option.Pos, "colour %q is not one of%s", option.Color, strings.Join(optionColors, " "))
		}
		label := b.text(option.Pos, "option "+option.Code, option.Label)
		list.Options = append(list.Options, Option{option.Code, label, option.Color, option.Group, option.Pos})
		list.byCode[option.Code] = i
	}
	list.indexTexts()
	b.pack.Codes[code] = list
	b.ref("codes", code, found.Source, found.Unconfirmed, found.Pos)
}

// indexTexts lets an option be found by what people write: its code, or its label in any language.
func (l *CodeList) indexTexts() {
	for i, option := range l.Options {
		texts := []string{option.Code}
		for _, label := range option.Label {
			texts = append(texts, label)
		}
		for _, text := range texts {
			key := fold(text)
			if other, taken := l.byText[key]; taken && other != i {
				l.byText[key] = -1
				continue
			}
			l.byText[key] = i
		}
	}
}

func (b *builder) forms() {
	for _, form := range b.file.Forms {
		b.matches(form.Pos, "form section", form.Code, codePattern)
		b.matches(form.Pos, "subject", form.Subject, codePattern)
		if form.Code == CoreSection {
			b.fail(form.Pos, "form section %q is the program's own: core items need no section", form.Code)
		}
		if _, twice := b.form(form.Code); twice {
			b.fail(form.Pos, "form section %q stands twice", form.Code)
		}
		label := b.text(form.Pos, "form section "+form.Code, form.Label)
		b.pack.Forms = append(b.pack.Forms, FormSection{form.Code, form.Subject, label, form.Yearly, form.Pos})
	}
}

func (b *builder) form(code string) (FormSection, bool) {
	for _, form := range b.pack.Forms {
		if form.Code == code {
			return form, true
		}
	}
	return FormSection{}, false
}

func (b *builder) role(found roleSchema) {
	b.oneOf(found.Pos, "role", found.Code, access.Roles())
	if found.Level != "" && b.pack.Levels.Find(found.Level) == 0 {
		b.fail(found.Pos, "role %q works at level %q, which this pack does not have", found.Code, found.Level)
	}
	for _, other := range b.pack.Roles {
		if other.Code == found.Code {
			b.fail(found.Pos, "role %q stands twice", found.Code)
		}
	}
	b.pack.Roles = append(b.pack.Roles, Role{found.Code, b.text(found.Pos, "role "+found.Code, found.Label),
		found.Level, found.Source, found.Pos})
}

// text checks that a text exists in every language of the pack and in no other; pos is where its owner stands.
func (b *builder) text(pos Pos, what string, found localSchema) i18n.Text {
	if found.Pos.Line > 0 {
		pos = found.Pos
	}
	text := i18n.Text{}
	for _, language := range sortedKeys(found.texts) {
		if !slices.Contains(b.pack.Languages, language) {
			b.fail(pos, "%s has a text in %q, which is not a language of this pack", what, language)
		}
		text[language] = found.texts[language]
	}
	for _, language := range b.pack.Languages {
		if strings.TrimSpace(text[language]) == "" {
			b.fail(pos, "%s has no text in %q", what, language)
		}
	}
	return text
}

// optionalText is text where the file may have none at all.
func (b *builder) optionalText(what string, found localSchema) i18n.Text {
	if found.Pos.Line == 0 {
		return nil
	}
	return b.text(found.Pos, what, found)
}

func (b *builder) matches(pos Pos, what, value string, pattern *regexp.Regexp) {
	if !pattern.MatchString(value) {
		b.fail(pos, "%s %q does not have the form %s", what, value, pattern)
	}
}

func (b *builder) oneOf(pos Pos, what, value string, allowed []string) {
	if !slices.Contains(allowed, value) {
		b.fail(pos, "%s %q is not one of %s", what, value, strings.Join(allowed, ", "))
	}
}

// span reads the first and last day of validity.
func (b *builder) span(pos Pos, from, to string) (first, last clock.Day) {
	first, err := clock.ParseDay(from)
	if err != nil {
		b.fail(pos, "from: %s", err)
	}
	if to == "" {
		return first, Forever
	}
	last, err = clock.ParseDay(to)
	if err != nil {
		b.fail(pos, "to: %s", err)
	}
	if last < first {
		b.fail(pos, "to %s is before from %s", to, from)
	}
	return first, last
}

// scope reads an area scope: "*" or the digits of an area of whole levels.
func (b *builder) scope(pos Pos, text string) AreaScope {
	prefix := text
	if text == "*" {
		prefix = ""
	} else if text == "" {
		b.fail(pos, `area is missing: "*" for everywhere, or the digits of an area`)
	}
	lo, hi, err := b.pack.Levels.Range(prefix)
	if err != nil {
		b.fail(pos, "%s", err)
	}
	return AreaScope{prefix, lo, hi}
}

// ref notes a decided value; one that is not marked unconfirmed must say where it comes from.
func (b *builder) ref(kind, code, source string, unconfirmed bool, pos Pos) {
	if err := b.pack.Decide(ValueRef{kind, code, source, unconfirmed, pos}); err != nil {
		b.add(pos.File, err)
	}
}

func (b *builder) sortRefs() {
	slices.SortStableFunc(b.pack.refs, func(x, y ValueRef) int {
		if c := strings.Compare(x.Pos.File, y.Pos.File); c != 0 {
			return c
		}
		return x.Pos.Line - y.Pos.Line
	})
}
