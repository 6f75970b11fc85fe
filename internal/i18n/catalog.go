package i18n

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
)

//go:embed messages/*.yaml
var files embed.FS

// catalog is every message file, read at first use.
var catalog = sync.OnceValue(func() *books {
	c, err := loadBooks()
	if err != nil {
		// The files are part of the program and are read by a test: this is a fault of the build.
		panic(err)
	}
	return c
})

// books are the message files by language.
type books struct {
	books   map[Lang]*book
	order   []Lang // English first
	matcher language.Matcher
}

// book is one message file.
type book struct {
	tag      language.Tag
	info     Info
	meta     meta
	digits   []rune // 0 to 9; nil for ASCII
	messages map[string]pattern
}

// meta is the _meta map of a message file.
type meta struct {
	Name    string   `yaml:"name"`    // the language's name for itself
	Dir     string   `yaml:"dir"`     // ltr or rtl
	Digits  string   `yaml:"digits"`  // latn, arab, arabext or laoo (CLDR numbering systems)
	Group   string   `yaml:"group"`   // between thousands
	Decimal string   `yaml:"decimal"` // before the fraction
	Percent string   `yaml:"percent"` // a percentage, # is the number
	Day     string   `yaml:"day"`     // a day: {d}, {month}, {m}, {yyyy}
	Months  []string `yaml:"months"`  // twelve names as they stand in {month}
}

func loadBooks() (*books, error) {
	entries, err := files.ReadDir("messages")
	if err != nil {
		return nil, fmt.Errorf("read message files: %w", err)
	}
	c := &books{books: map[Lang]*book{}}
	for _, entry := range entries {
		data, err := files.ReadFile(path.Join("messages", entry.Name()))
		if err != nil {
			return nil, fmt.Errorf("read message file: %w", err)
		}
		if err := c.read(entry.Name(), data); err != nil {
			return nil, fmt.Errorf("message file %s: %w", entry.Name(), err)
		}
	}
	for lang, b := range c.books {
		if err := b.checkMeta(lang); err != nil {
			return nil, fmt.Errorf("messages of %s: %w", lang, err)
		}
		c.order = append(c.order, lang)
	}
	if c.books[English] == nil {
		return nil, fmt.Errorf("message file %s.yaml is missing", English)
	}
	slices.SortFunc(c.order, func(a, b Lang) int {
		if a == English || b == English {
			return map[bool]int{true: -1, false: 1}[a == English]
		}
		return strings.Compare(string(a), string(b))
	})
	var tags []language.Tag
	for _, lang := range c.order {
		tags = append(tags, c.books[lang].tag)
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

// book returns the file of lang, of its base language, or of English.
func (c *books) book(lang Lang) *book {
	if b, ok := c.books[lang]; ok {
		return b
	}
	base, _, _ := strings.Cut(string(lang), "-")
	if b, ok := c.books[Lang(base)]; ok {
		return b
	}
	return c.books[English]
}

// match finds the language that serves a reader of the tags; false if none does.
func (c *books) match(tags ...language.Tag) (Lang, bool) {
	_, index, confidence := c.matcher.Match(tags...)
	return c.order[index], confidence > language.No
}

// read adds a message file: en.yaml, or en.ROOM.yaml for a room's messages in a file of their own.
func (c *books) read(file string, data []byte) error {
	name, _, _ := strings.Cut(strings.TrimSuffix(file, ".yaml"), ".")
	b := c.books[Lang(name)]
	if b == nil {
		tag, err := language.Parse(name)
		if err != nil {
			return fmt.Errorf("%q is not a language tag: %w", name, err)
		}
		b = &book{tag: tag, messages: map[string]pattern{}}
		c.books[Lang(name)] = b
	}
	return b.read(data)
}

// read adds the messages of a file; errors name line and key.
func (b *book) read(data []byte) error {
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return err
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return fmt.Errorf("it is not a map")
	}
	return b.addAll("", document.Content[0])
}

// addAll adds the messages of a map under prefix.
func (b *book) addAll(prefix string, node *yaml.Node) error {
	seen := map[string]bool{}
	for i := 0; i < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		key := prefix + name.Value
		if seen[name.Value] {
			return fmt.Errorf("line %d: %s stands twice", name.Line, key)
		}
		seen[name.Value] = true
		if err := b.add(key, value); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) add(key string, value *yaml.Node) error {
	switch {
	case key == "_meta":
		if err := value.Decode(&b.meta); err != nil {
			return fmt.Errorf("line %d: %w", value.Line, err)
		}
	case value.Kind == yaml.MappingNode:
		return b.addAll(key+".", value)
	case value.Kind != yaml.ScalarNode || value.Tag == "!!null":
		return fmt.Errorf("line %d: %s is not a message", value.Line, key)
	default:
		message, err := parsePattern(value.Value)
		if err != nil {
			return fmt.Errorf("line %d: %s: %w", value.Line, key, err)
		}
		if _, twice := b.messages[key]; twice {
			return fmt.Errorf("line %d: %s stands in another file too", value.Line, key)
		}
		b.messages[key] = message
	}
	return nil
}

// numberings are the digits of CLDR numbering systems; latn, ASCII, needs none.
var numberings = map[string][]rune{
	"latn":    nil,
	"arab":    []rune("٠١٢٣٤٥٦٧٨٩"),
	"arabext": []rune("۰۱۲۳۴۵۶۷۸۹"),
	"laoo":    []rune("໐໑໒໓໔໕໖໗໘໙"),
}

func (b *book) checkMeta(lang Lang) error {
	m := b.meta
	digits, known := numberings[m.Digits]
	switch {
	case m.Name == "" || m.Group == "" || m.Decimal == "" || m.Day == "" || !strings.Contains(m.Percent, "#"):
		return fmt.Errorf("_meta needs name, group, decimal, day, and percent with #")
	case m.Dir != "ltr" && m.Dir != "rtl":
		return fmt.Errorf("_meta dir is %q, not ltr or rtl", m.Dir)
	case !known:
		return fmt.Errorf("_meta digits %q are not known", m.Digits)
	case len(m.Months) != 12:
		return fmt.Errorf("_meta has %d months", len(m.Months))
	}
	b.digits = digits
	b.info = Info{Lang: lang, Name: m.Name, Dir: m.Dir}
	return nil
}
