package web

// Tone is what a badge or notice feels like. It always comes with a word and a sign: colour alone says nothing to
// many readers and nothing on paper.
type Tone string

// The tones, and the field's own for the states of a household.
const (
	ToneNeutral   Tone = "neutral"
	ToneInfo      Tone = "info"
	ToneGood      Tone = "good"
	ToneWarn      Tone = "warn"
	ToneBad       Tone = "bad"
	TonePoor      Tone = "poor"
	ToneExited    Tone = "exited"
	ToneReturned  Tone = "returned"
	ToneMonitored Tone = "monitored"
)

// signs are shapes that tell the tones apart without colour.
var signs = map[Tone]string{
	ToneNeutral:   "○",
	ToneInfo:      "ℹ",
	ToneGood:      "✓",
	ToneWarn:      "!",
	ToneBad:       "✕",
	TonePoor:      "●",
	ToneExited:    "✓",
	ToneReturned:  "↺",
	ToneMonitored: "◐",
}

// toneClasses name the tones for the style sheet.
var toneClasses = map[Tone]string{
	ToneNeutral:   "tone-neutral",
	ToneInfo:      "tone-info",
	ToneGood:      "tone-good",
	ToneWarn:      "tone-warn",
	ToneBad:       "tone-bad",
	TonePoor:      "tone-poor",
	ToneExited:    "tone-exited",
	ToneReturned:  "tone-returned",
	ToneMonitored: "tone-monitored",
}

// known returns t, or ToneNeutral for anything that is no tone.
func (t Tone) known() Tone {
	if _, ok := signs[t]; ok {
		return t
	}
	return ToneNeutral
}

func (t Tone) sign() string  { return signs[t.known()] }
func (t Tone) class() string { return toneClasses[t.known()] }

// Badge is a state in a word, with its sign.
type Badge struct {
	Tone Tone
	Text string
	Hint string // shown by a screen reader after the text; for a date or reason
}

// Notice tells what happened or what needs attention, at the top of a page or a piece of it.
type Notice struct {
	Tone    Tone
	Title   string
	Text    string
	Actions []Action
}

// role makes screen readers read urgent notices at once and others when there is time.
func (n Notice) role() string {
	if n.Tone == ToneBad || n.Tone == ToneWarn {
		return "alert"
	}
	return "status"
}
