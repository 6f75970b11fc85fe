package script

import "strings"

// Pinyin is a placeholder
func Pinyin(s string) string { return s }

// Romanise is
func Romanise(s string) string { return strings.TrimSpace(s) }
