// Package i18n says things in the reader's language: messages with named places and plurals (the pattern syntax of
// ICU MessageFormat), numbers, percentages, days and moments as they are written there, and labels that data bring
// along in several languages.
//
// A language is one file, messages/<tag>.yaml: a map per room (common, household, …) of message names to patterns,
// and a _meta map that says how the language names itself, runs and writes numbers and days. A room may keep its
// messages in a file of its own, messages/<tag>.<room>.yaml. Adding a file adds the language; a test checks that every file has every message with the same places. The key of a message is its path,
// for example "common.save".
package i18n

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Lang is a BCP 47 tag of a language that has a message file, for example "en".
type Lang string

const (
	// English is the language of last resort: every message is there.
	English Lang = "en"
	// Pseudo is English with accents and brackets and a third longer, for finding words that are not in the message
	// files and pages that burst. It is never negotiated.
	Pseudo Lang = "en-XA"
)

// Info describes a language: its tag, its own name for itself, and "ltr" or "rtl".
type Info struct {
	Lang Lang
	Name string
	Dir  string
}

// T returns the message of key in lang with its places filled from args: alternating names (strings) and values.
// Integers and floats are written as numbers of the language (pass years and codes as strings), clock.Day,
// money.Amount and Text in the language, everything else as fmt.Sprint does. A message that lang lacks comes in English; a key that no file has
// comes back as ⟦key⟧, and a place without a value as ⟦name⟧, so that both are seen.
//
//	T(lang, "household.found", "n", 3)   // found: "{n, plural, one {# household} other {# households}}"
func T(lang Lang, key string, args ...any) string {
	c := catalog()
	written := lang
	message, ok := c.book(lang).messages[key]
	if !ok {
		message, ok = c.book(English).messages[key]
		written = English
	}
	if !ok {
		return "⟦" + key + "⟧"
	}
	var out strings.Builder
	message.render(&out, c.book(written), arguments(args), "")
	if lang == Pseudo {
		return pseudo(out.String())
	}
	return out.String()
}

// Fill fills the places of a message that is not of this program but of a policy pack, written as the messages are, in
// a language that the program itself may not speak: numbers and days are then written as in English.
func Fill(lang Lang, message string, args ...any) (string, error) {
	parsed, err := parsePattern(message)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	parsed.render(&out, catalog().book(lang), arguments(args), "")
	return out.String(), nil
}

// Has says whether the message files know key.
func Has(key string) bool {
	_, ok := catalog().book(English).messages[key]
	return ok
}

// Keys returns the keys of all messages of lang's file, sorted, for tests that compare them with the keys in use.
func Keys(lang Lang) []string {
	book := catalog().book(lang)
	keys := make([]string, 0, len(book.messages))
	for key := range book.messages {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// Places returns the names of the places of a message, sorted; nil for a key that lang's file lacks.
func Places(lang Lang, key string) []string {
	seen := map[string]bool{}
	catalog().book(lang).messages[key].collect(seen)
	var names []string
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Languages returns the languages that have a file, English first and the others by tag.
func Languages() []Info {
	c := catalog()
	infos := make([]Info, len(c.order))
	for i, lang := range c.order {
		infos[i] = c.books[lang].info
	}
	return infos
}

// Known says whether lang has a message file of its own, or is the pseudo-language.
func Known(lang Lang) bool {
	_, ok := catalog().books[lang]
	return ok || lang == Pseudo
}

// Dir returns the direction in which lang is written: "ltr" or "rtl".
func Dir(lang Lang) string { return catalog().book(lang).info.Dir }

// Negotiate chooses the language of a reader: the first of preferred (a choice kept in the session or the user's
// record; "" is skipped) that has a file, else the best match for accept, an Accept-Language header; else English.
func Negotiate(accept string, preferred ...string) Lang {
	c := catalog()
	for _, choice := range preferred {
		if Known(Lang(choice)) {
			return Lang(choice)
		}
		if tag, err := language.Parse(choice); err == nil && choice != "" {
			if lang, ok := c.match(tag); ok {
				return lang
			}
		}
	}
	// A header that is not well-formed states no wish.
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return English
	}
	if lang, ok := c.match(tags...); ok {
		return lang
	}
	return English
}

// Text is a label that data bring along, by language: the name of an item, a level, a code.
type Text map[Lang]string

// In returns the text in lang, else in English, else in the first language by tag that it has, else "".
func (t Text) In(lang Lang) string {
	for _, choice := range []Lang{lang, English} {
		if text, ok := t[choice]; ok && text != "" {
			return text
		}
	}
	best := Lang("")
	for choice, text := range t {
		if text != "" && (best == "" || choice < best) {
			best = choice
		}
	}
	return t[best]
}
