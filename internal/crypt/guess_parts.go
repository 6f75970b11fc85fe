package crypt

import (
	"strconv"
	"strings"
	"time"
)

// The rows of the keyboard that most offices of the world type on, each moved half a key to the right of the one above.
var keyRows = []string{"`1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./"}

// key is a place on the keyboard.
type key struct{ row, column int }

var keyOf = func() map[rune]key {
	keys := map[rune]key{}
	for row, line := range keyRows {
		for column, r := range []rune(line) {
			if row == 0 {
				column-- // the key left of 1 stands out
			}
			keys[r] = key{row, column}
		}
	}
	for i, r := range []rune("!@#$%^&*()_+") { // the same keys with shift
		keys[r] = key{0, i}
	}
	return keys
}()

// leastWalk is from how many keys on a walk is no accident of a word.
const leastWalk = 4

// addWalks adds the walks over neighbouring keys with which a text begins.
func addWalks(text []rune, add func(length int, cost float64)) {
	turns := 0
	var direction key
	for i := 1; i < len(text); i++ {
		from, known := keyOf[text[i-1]]
		to, also := keyOf[text[i]]
		step := key{to.row - from.row, to.column - from.column}
		if !known || !also || !neighbours(step) {
			return
		}
		if i > 1 && step != direction {
			turns++
		}
		direction = step
		if i+1 >= leastWalk {
			add(i+1, costOfWalk+costOfTurn*float64(turns))
		}
	}
}

// neighbours says whether a step leads to a key that touches: beside, or in the row below or above, which is moved by
// half a key.
func neighbours(step key) bool {
	switch step.row {
	case 0:
		return step.column == 1 || step.column == -1
	case 1:
		return step.column == 0 || step.column == -1
	case -1:
		return step.column == 0 || step.column == 1
	}
	return false
}

// dateForms are the ways in which people write a day.
var dateForms = func() []string {
	var forms []string
	for _, order := range [][]string{{"2006", "01", "02"}, {"02", "01", "2006"}, {"01", "02", "2006"}, {"06", "01", "02"}, {"02", "01", "06"}, {"01", "02", "06"}} {
		for _, between := range []string{"", "-", ".", "/", "_", " "} {
			forms = append(forms, strings.Join(order, between))
		}
	}
	return forms
}()

// addDates adds the years and days with which a text begins: of people who live now, or soon.
func addDates(text []rune, add func(length int, cost float64)) {
	if len(text) >= 4 {
		if year, err := strconv.Atoi(string(text[:4])); err == nil && year >= 1920 && year <= 2040 {
			add(4, costOfYear)
		}
	}
	for _, form := range dateForms {
		if len(text) < len(form) {
			continue
		}
		if day, err := time.Parse(form, string(text[:len(form)])); err == nil && day.Year() >= 1920 && day.Year() <= 2040 {
			add(len(form), costOfDate)
		}
	}
}
