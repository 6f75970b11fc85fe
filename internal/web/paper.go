package web

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"rightkey/internal/i18n"
)

// Origin is the address of this server as the reader reached it.
func Origin(r *http.Request) string {
	if Secure(r.Context()) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// PaperBlock is a part of a document on paper: a title, a text, a table. Its cells are plain text.
type PaperBlock struct {
	Title, Text string
	Heads       []string // of columns; without them the first cell of a row is its head
	Rows        [][]string
	Ruled       bool // rows are empty lines to be filled in by hand
	Signatures  []string
	Code        templ.Component // a QR code, with Address as text below it; nil: none
	Address     string

	height, line float64
}

// head is the head of a column, empty where the table has none.
func (b PaperBlock) head(column int) string {
	if column < len(b.Heads) {
		return b.Heads[column]
	}
	return ""
}

// Document is a paper of an office on its sheets, with what stands at their heads.
type Document struct {
	Title, Issuer, Number string
	Sheets                [][]PaperBlock
	// Foot numbers a sheet of so many; nil: in the words of the program.
	Foot func(sheet, of int) string
}

func (d Document) foot(ctx context.Context, sheet int) string {
	if d.Foot != nil {
		return d.Foot(sheet, len(d.Sheets))
	}
	return T(ctx, "web.paper_page", "n", sheet, "all", len(d.Sheets))
}

// Papers are documents to be printed one after the other. Tools stand above them on the screen only.
func Papers(title string, tools []templ.Component, documents ...Document) templ.Component {
	return papersView(title, tools, documents)
}

// Heights are in millimetres, of which a sheet of A4 takes paperHeight below its head. They are rather too large than
// too small: what does not fit would not be printed.
const (
	paperHeight  = 240
	titleHeight  = 12.5
	headHeight   = 13
	textPadding  = 2.8
	lineHeight   = 5.2
	rowPadding   = 2.3
	ruledHeight  = 11.8
	signedHeight = 29
	codeHeight   = 38
	endHeight    = 49 // of signatures and a code side by side
	// valueWidth and tableWidth are how many Latin characters a line of a value holds, and of a table from side to side.
	valueWidth = 48
	tableWidth = 94
)

// tallLines are the languages whose lines are higher than lineHeight, and how many times: as the style sheet sets them.
var tallLines = map[i18n.Lang]float64{"ur": 1.5, "lo": 1.3}

func lineOf(lang i18n.Lang) float64 { return lineHeight * max(1, tallLines[lang]) }

// Sheets sets blocks on sheets in the language of the context: a block begins on a new one where it does not fit, and is cut where a sheet is full;
// continued then stands behind its title.
func Sheets(ctx context.Context, blocks []PaperBlock, continued string) [][]PaperBlock {
	var sheets [][]PaperBlock
	line := lineOf(Lang(ctx))
	free := 0.0
	for _, block := range blocks {
		block.line = line
		for _, part := range block.split(continued) {
			if len(sheets) == 0 || part.height > free {
				sheets, free = append(sheets, nil), paperHeight
			}
			last := len(sheets) - 1
			sheets[last] = append(sheets[last], part)
			free -= part.height
		}
	}
	return sheets
}

// split cuts a block where a sheet is full; the head is repeated.
func (b PaperBlock) split(continued string) []PaperBlock {
	head, title := 0.0, 0.0
	if len(b.Heads) > 0 {
		head = headHeight
	}
	if b.Title != "" {
		title = titleHeight
	}
	foot := b.footHeight()
	part := PaperBlock{Title: b.Title, Text: b.Text, Heads: b.Heads, Ruled: b.Ruled, height: title + head + foot}
	if b.Text != "" {
		part.height += textPadding + b.line*float64(lines(b.Text, tableWidth))
	}
	var parts []PaperBlock
	for _, row := range b.Rows {
		height := b.rowHeight(row)
		if part.height+height > paperHeight && len(part.Rows) > 0 {
			parts = append(parts, part)
			part = PaperBlock{Title: b.Title + " " + continued, Heads: b.Heads, Ruled: b.Ruled, height: titleHeight + head + foot}
		}
		part.Rows = append(part.Rows, row)
		part.height += height
	}
	part.Signatures, part.Code, part.Address = b.Signatures, b.Code, b.Address
	return append(parts, part)
}

// footHeight is how much of the paper signatures and code take.
func (b PaperBlock) footHeight() float64 {
	switch {
	case len(b.Signatures) > 0 && b.Code != nil:
		return endHeight
	case len(b.Signatures) > 0:
		return signedHeight
	case b.Code != nil:
		return codeHeight
	}
	return 0
}

// rowHeight is how much of the paper a row takes.
func (b PaperBlock) rowHeight(row []string) float64 {
	if b.Ruled {
		return ruledHeight
	}
	width := valueWidth
	if len(b.Heads) > 0 {
		width = tableWidth / len(b.Heads)
	}
	most := 1
	for _, cell := range row {
		most = max(most, lines(cell, width))
	}
	return rowPadding + b.line*float64(most)
}

// lines is how many lines of a width a text takes.
func lines(text string, width int) int {
	n := 0
	for _, r := range text {
		n++
		if r >= 0x2e80 {
			n++ // a wide character
		}
	}
	return (n + width - 1) / width
}
