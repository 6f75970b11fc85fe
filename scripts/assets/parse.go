package main

import "strings"

// block is one piece of a style sheet: a statement such as @charset (body nil), a rule with its declarations, or a
// condition (@media and its kin) with the blocks inside.
type block struct {
	head   string
	body   *string
	nested bool
	inside []*block
}

// conditions are the at-rules that hold rules; the bodies of all others are taken as they stand.
var conditions = []string{"@media", "@supports", "@layer", "@container"}

// parse splits a style sheet into blocks. Comments are dropped, but for those that carry a licence (/*! … */).
func parse(css string) []*block {
	var blocks []*block
	for i := 0; i < len(css); {
		if strings.HasPrefix(css[i:], "/*") {
			end := skipToken(css, i)
			if strings.HasPrefix(css[i:], "/*!") {
				blocks = append(blocks, &block{head: css[i:end]})
			}
			i = end
			continue
		}
		if strings.ContainsRune(" \n\t\r", rune(css[i])) {
			i++
			continue
		}
		end := headEnd(css, i)
		head := strings.TrimSpace(css[i:end])
		if end >= len(css) || css[end] == ';' {
			blocks = append(blocks, &block{head: head + ";"})
			i = end + 1
			continue
		}
		closing := matchingBrace(css, end)
		blocks = append(blocks, newBlock(head, css[end+1:closing]))
		i = closing + 1
	}
	return blocks
}

// newBlock makes a rule or a condition of a head and what stands between its braces.
func newBlock(head, body string) *block {
	for _, condition := range conditions {
		if strings.HasPrefix(head, condition) {
			return &block{head: head, nested: true, inside: parse(body)}
		}
	}
	return &block{head: head, body: &body}
}

// headEnd returns the position of the brace or semicolon that ends the head starting at i.
func headEnd(css string, i int) int {
	for i < len(css) && css[i] != '{' && css[i] != ';' {
		i = skipToken(css, i)
	}
	return i
}

// matchingBrace returns the position of the brace that closes the one at open.
func matchingBrace(css string, open int) int {
	depth := 0
	for i := open; i < len(css); i = skipToken(css, i) {
		switch css[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(css)
}

// skipToken returns the position after the token at i: a comment, a string, an escape, a url(…), or one byte.
func skipToken(css string, i int) int {
	switch {
	case strings.HasPrefix(css[i:], "/*"):
		return after(css, i+2, "*/")
	case css[i] == '"' || css[i] == '\'':
		return stringEnd(css, i)
	case css[i] == '\\':
		return min(i+2, len(css))
	case strings.HasPrefix(css[i:], "url(") && !strings.HasPrefix(css[i:], `url("`) && !strings.HasPrefix(css[i:], "url('"):
		return after(css, i, ")")
	}
	return i + 1
}

func after(css string, from int, end string) int {
	if at := strings.Index(css[from:], end); at >= 0 {
		return from + at + len(end)
	}
	return len(css)
}

// stringEnd returns the position after the string that starts with the quote at i.
func stringEnd(css string, i int) int {
	quote := css[i]
	for i++; i < len(css) && css[i] != quote; i++ {
		if css[i] == '\\' {
			i++
		}
	}
	return min(i+1, len(css))
}

// splitTop splits at a separator outside parentheses, brackets, braces and strings, and drops empty parts.
func splitTop(text string, separator byte) []string {
	var parts []string
	depth, from := 0, 0
	add := func(part string) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	for i := 0; i < len(text); i = skipToken(text, i) {
		switch text[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case separator:
			if depth == 0 {
				add(text[from:i])
				from = i + 1
			}
		}
	}
	add(text[from:])
	return parts
}

// render writes blocks as a style sheet again, without those that became empty.
func render(blocks []*block) string {
	var out strings.Builder
	for _, b := range blocks {
		switch {
		case b.nested:
			if inside := render(b.inside); inside != "" {
				out.WriteString(b.head + "{" + inside + "}")
			}
		case b.body != nil:
			if *b.body != "" {
				out.WriteString(b.head + "{" + *b.body + "}")
			}
		default:
			out.WriteString(b.head + "\n")
		}
	}
	return out.String()
}
