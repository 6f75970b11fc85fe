package crypt

import (
	"strconv"
	"strings"
)

// BreachList knows passwords that attackers try first. An installation may put a larger list in the place of Obvious.
type BreachList interface {
	// Contains says whether the password is known to attackers.
	Contains(password string) bool
}

// Obvious returns a list of some thousand passwords that anybody would try: runs of digits and of keys, repeated
// characters, and the words that people use with the endings that they add. Case and the usual replacements of
// letters (@ for a, 0 for o) make no difference.
func Obvious() BreachList {
	list := obvious{}
	for _, word := range []string{"password", "passwd", "pass", "admin", "administrator", "root", "user", "test", "guest", "welcome",
		"letmein", "login", "master", "secret", "hello", "changeme", "default", "system", "office", "county", "poverty",
		"rightkey", "qwerty", "qwertyuiop", "asdfgh", "asdfghjkl", "zxcvbn", "zxcvbnm", "abc", "abcd", "aa", "a", "iloveyou",
		"love", "woaini", "summer", "winter", "monday", "sunshine", "dragon", "football", "superman"} {
		for _, ending := range endings() {
			list[plainSpelling(word+ending)] = true
		}
	}
	for _, run := range []string{"0123456789012345", "9876543210987654", "abcdefghijklmnop", "qwertyuiopasdfgh", "1qaz2wsx3edc4rfv", "1q2w3e4r5t6y7u8i"} {
		for start := range 3 {
			for end := start + 4; end <= len(run); end++ {
				list[plainSpelling(run[start:end])] = true
			}
		}
	}
	return list
}

// endings are what people add to a word so that it passes for a password.
func endings() []string {
	list := []string{"", "!", "1", "11", "12", "111", "123", "1234", "12345", "123456", "12345678", "123456789", "1!", "123!", "@123", "#123",
		"007", "321", "520", "521", "666", "888", "999", "000", "2000"}
	for year := 1980; year <= 2030; year++ {
		list = append(list, strconv.Itoa(year))
	}
	return list
}

type obvious map[string]bool

func (o obvious) Contains(password string) bool {
	plain := plainSpelling(password)
	return o[plain] || fewCharacters(plain)
}

// spellings are the usual replacements of letters.
var spellings = strings.NewReplacer("@", "a", "4", "a", "0", "o", "1", "i", "3", "e", "$", "s", "5", "s", "7", "t")

// plainSpelling makes spellings that people think different the same.
func plainSpelling(password string) string { return spellings.Replace(strings.ToLower(password)) }

// fewCharacters says whether at most two different characters are used.
func fewCharacters(password string) bool {
	seen := map[rune]bool{}
	for _, r := range password {
		seen[r] = true
	}
	return len(seen) <= 2
}
