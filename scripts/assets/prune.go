package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// names is the set of words that stand in the pages' sources; a class that is none of them is on no page.
type names map[string]bool

var word = regexp.MustCompile(`[A-Za-z0-9_][A-Za-z0-9_-]*`)

// usedNames collects the words of all sources under root from which a page's class names can come: templates,
// scripts, and the Go files of the page shell and of the rooms' page folders.
func usedNames(root string) (names, error) {
	used := names{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !holdsClassNames(path) {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, name := range word.FindAllString(string(text), -1) {
			used[name] = true
		}
		return nil
	})
	return used, err
}

// holdsClassNames says whether a source file can name a class.
func holdsClassNames(path string) bool {
	path = filepath.ToSlash(path)
	switch filepath.Ext(path) {
	case ".templ", ".ts":
		return true
	case ".go":
		inPages := strings.Contains(path, "internal/web/") || strings.Contains(path, "/page/")
		return inPages && !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, "_templ.go")
	}
	return false
}

var (
	className  = regexp.MustCompile(`\.(-?[A-Za-z_](?:[A-Za-z0-9_-]|\\.)*)`)
	arguments  = regexp.MustCompile(`\([^()]*\)`)
	attributes = regexp.MustCompile(`\[[^\]]*\]`)
	reference  = regexp.MustCompile(`var\(\s*(--[A-Za-z0-9_-]+)`)
	animation  = regexp.MustCompile(`animation(?:-name)?\s*:([^;}]*)`)
)

// prune drops from a style sheet the rules whose selectors name a class that is not used, the custom properties
// that no kept rule reads, and the key frames that no kept rule plays. Where it cannot tell, it keeps.
func prune(css string, used names) string {
	sheet := keepRules(parse(css), used)
	for {
		read := words(reference, render(sheet))
		if !dropUnread(sheet, read) {
			break
		}
	}
	played := names{}
	for _, match := range animation.FindAllStringSubmatch(render(sheet), -1) {
		for _, name := range word.FindAllString(match[1], -1) {
			played[name] = true
		}
	}
	return render(dropUnplayed(sheet, played))
}

// words collects the first group of every match.
func words(pattern *regexp.Regexp, text string) names {
	found := names{}
	for _, match := range pattern.FindAllStringSubmatch(text, -1) {
		found[match[1]] = true
	}
	return found
}

// keepRules keeps the rules, and inside conditions the rules, of which at least one selector can match.
func keepRules(blocks []*block, used names) []*block {
	var kept []*block
	for _, b := range blocks {
		switch {
		case b.nested:
			b.inside = keepRules(b.inside, used)
			if len(b.inside) > 0 {
				kept = append(kept, b)
			}
		case strings.HasPrefix(b.head, "@") || b.body == nil:
			kept = append(kept, b)
		default:
			if b.head = matchingSelectors(b.head, used); b.head != "" {
				kept = append(kept, b)
			}
		}
	}
	return kept
}

// matchingSelectors drops the selectors of a list that name an unused class outside of parentheses.
func matchingSelectors(list string, used names) string {
	var kept []string
	for _, selector := range splitTop(list, ',') {
		if canMatch(selector, used) {
			kept = append(kept, selector)
		}
	}
	return strings.Join(kept, ",")
}

func canMatch(selector string, used names) bool {
	plain := attributes.ReplaceAllString(selector, "")
	for arguments.MatchString(plain) {
		plain = arguments.ReplaceAllString(plain, "")
	}
	for _, match := range className.FindAllStringSubmatch(plain, -1) {
		if !used[match[1]] {
			return false
		}
	}
	return true
}

// dropUnread removes the custom properties that nothing reads and says whether there were any.
func dropUnread(blocks []*block, read names) bool {
	changed := false
	for _, b := range blocks {
		changed = dropUnread(b.inside, read) || changed
		if b.body == nil {
			continue
		}
		var kept []string
		for _, one := range splitTop(*b.body, ';') {
			name, _, _ := strings.Cut(strings.TrimSpace(one), ":")
			if strings.HasPrefix(name, "--") && !read[strings.TrimSpace(name)] {
				changed = true
				continue
			}
			kept = append(kept, one)
		}
		*b.body = strings.Join(kept, ";")
	}
	return changed
}

// dropUnplayed removes key frames that no animation names.
func dropUnplayed(blocks []*block, played names) []*block {
	var kept []*block
	for _, b := range blocks {
		b.inside = dropUnplayed(b.inside, played)
		name, isFrames := strings.CutPrefix(b.head, "@keyframes ")
		if !isFrames || played[strings.TrimSpace(name)] {
			kept = append(kept, b)
		}
	}
	return kept
}
