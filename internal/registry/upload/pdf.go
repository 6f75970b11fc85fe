package upload

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"io"
	"regexp"

	"rightkey/internal/fault"
)

// acceptPDF takes a document that is only to be read. Its names are looked through as they stand and inside its
// compressed streams; a document that hides them (by encryption) is refused.
func acceptPDF(data []byte) (File, error) {
	end := bytes.TrimRight(data, "\x00\t\n\f\r ")
	if !bytes.HasSuffix(end, []byte("%%EOF")) {
		return File{}, fault.Wrap(fault.OtherType, Damaged, "the document is damaged, or something stands behind its end")
	}
	if html.Match(data[:min(len(data), 4096)]) {
		return File{}, fault.Wrap(fault.OtherType, Active, "the document is a web page too")
	}
	if name := activeLong.Find(unescaped(data)); name != nil { // also where a reader might see no stream
		return File{}, notOnlyRead(name)
	}
	pages := 0
	left := maxInflated
	for _, text := range texts(data, &left) {
		plain := unescaped(text)
		if name := active.Find(plain); name != nil {
			return File{}, notOnlyRead(name)
		}
		pages += len(page.FindAll(plain, -1))
	}
	switch {
	case left < 0:
		return File{}, fault.Wrap(fault.TooLarge, TooLarge, "the document grows too large when it is opened")
	case pages > MaxPages:
		return File{}, fault.Wrap(fault.TooLarge, TooLong, "the document has more than %d pages", MaxPages)
	case pages == 0:
		return File{}, fault.Wrap(fault.OtherType, Damaged, "the document has no pages")
	}
	return File{Type: PDF, Body: data, Pages: pages}, nil
}

func notOnlyRead(name []byte) error {
	return fault.Wrap(fault.OtherType, Active, "the document can do more than be read (%s)", name[1:])
}

var (
	html = regexp.MustCompile(`(?i)<(?:script|html|svg|!doctype)`)
	page = regexp.MustCompile(`/Type\s*/Page[^s\w]`)
	// active are names of what runs, opens, sends or carries something.
	active = regexp.MustCompile(`/(?:JS|AA|XFA|GoToE|GoToR|Movie|Sound|` + longNames + `)\b`)
	// activeLong are those of them that compressed data do not hold by chance.
	activeLong = regexp.MustCompile(`/(?:` + longNames + `)\b`)
	// nameEscape is a character of a name written as a number.
	nameEscape = regexp.MustCompile(`#[0-9A-Fa-f]{2}`)
	stream     = regexp.MustCompile(`stream\r?\n`)
	objectList = regexp.MustCompile(`/Type\s*/ObjStm`)
)

const longNames = "JavaScript|OpenAction|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|Encrypt|Rendition"

// maxInflated is how many bytes of compressed streams are looked through.
const maxInflated = 64 << 20

func unescaped(text []byte) []byte {
	return nameEscape.ReplaceAllFunc(text, func(escape []byte) []byte {
		plain := make([]byte, 1)
		if _, err := hex.Decode(plain, escape[1:]); err != nil {
			return escape
		}
		return plain
	})
}

// texts are the parts of a document in which names stand: what is outside of streams, and the streams that hold
// objects. left is how many bytes may still be inflated.
func texts(data []byte, left *int) [][]byte {
	var all [][]byte
	for {
		at := stream.FindIndex(data)
		if at == nil {
			return append(all, data)
		}
		head := data[:at[0]]
		all = append(all, head)
		body := data[at[1]:]
		end := bytes.Index(body, []byte("endstream"))
		if end < 0 {
			return append(all, body)
		}
		dictionary := head[max(0, bytes.LastIndex(head, []byte("obj"))):]
		if objectList.Match(unescaped(dictionary)) {
			all = append(all, inflated(body[:end], left))
		}
		data = body[end+len("endstream"):]
	}
}

// inflated is a compressed stream opened, as far as it can be.
func inflated(body []byte, left *int) []byte {
	r, err := zlib.NewReader(bytes.NewReader(body))
	if err != nil {
		return body
	}
	plain, _ := io.ReadAll(io.LimitReader(r, int64(max(*left, 0))+1)) // what a damaged stream still holds is looked at too
	*left -= len(plain)
	return plain
}
