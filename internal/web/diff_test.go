package web

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWhatDiffersIsMarkedLetterByLetter(t *testing.T) {
	line := DiffLine{Left: DiffValue{Text: "Zhang Guihua"}, Right: DiffValue{Text: "Zhang Guifa"}}
	left, right := line.pieces()
	wantLeft := []piece{{"Zhang Gui", false}, {"hu", true}, {"a", false}}
	wantRight := []piece{{"Zhang Gui", false}, {"f", true}, {"a", false}}
	if !equalPieces(left, wantLeft) || !equalPieces(right, wantRight) {
		t.Errorf("pieces %v and %v", left, right)
	}
}

func TestValuesWithLittleInCommonAreMarkedAsWholes(t *testing.T) {
	line := DiffLine{Left: DiffValue{Text: "Not registered"}, Right: DiffValue{Text: "Returned to poverty"}}
	left, right := line.pieces()
	if !equalPieces(left, []piece{{"Not registered", true}}) || !equalPieces(right, []piece{{"Returned to poverty", true}}) {
		t.Errorf("pieces %v and %v", left, right)
	}
}

func TestThePiecesOfADifferenceMakeTheTextsAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("abc花屋")), 0, 30, -1)
		line := DiffLine{Left: DiffValue{Text: text.Draw(t, "left")}, Right: DiffValue{Text: text.Draw(t, "right")}}
		left, right := line.pieces()
		if whole(left, false) != line.Left.Text || whole(right, false) != line.Right.Text {
			t.Fatalf("pieces %v and %v of %v", left, right, line)
		}
		if whole(left, true) != whole(right, true) {
			t.Fatalf("what is not marked differs: %v and %v", left, right)
		}
	})
}

// whole joins pieces again, only the unmarked ones if sharedOnly.
func whole(pieces []piece, sharedOnly bool) string {
	text := ""
	for _, p := range pieces {
		if !p.marked || !sharedOnly {
			text += p.text
		}
	}
	return text
}

func equalPieces(a, b []piece) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestWhereNothingDiffersTheEqualFieldsAreShownAtOnce(t *testing.T) {
	page := func(lines ...DiffLine) string {
		var text strings.Builder
		if err := diffView(DiffColumns{Caption: "two", Lines: lines}).Render(t.Context(), &text); err != nil {
			t.Fatal(err)
		}
		return text.String()
	}
	equal, different := DiffLine{Left: DiffValue{Text: "Zhang"}, Right: DiffValue{Text: "Zhang"}}, DiffLine{Left: DiffValue{Text: "1962"}, Right: DiffValue{Text: "1963"}}
	if text := page(equal); strings.Count(text, "<table") != 1 || !strings.Contains(text, "<details open") {
		t.Errorf("where all is equal: %s", text)
	}
	if text := page(equal, different); strings.Count(text, "<table") != 2 || strings.Contains(text, "<details open") {
		t.Errorf("where something differs: %s", text)
	}
}
