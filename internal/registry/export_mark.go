package registry

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"strconv"

	"rightkey/internal/crypt"
)

// mark is what is hidden in an exported file: in which order the rows of a stretch stand, and whether a blank follows
// the cell in the second column. Both are made from the rows' numbers with a key of the export's own, so that each
// copy differs, rows can be lost or shuffled, and nobody without the key file can make or read a mark.
type mark struct{ key [16]byte }

func markOf(ring *crypt.Keyring, export int64) mark {
	return mark{ring.Blind("export.mark", []byte(strconv.FormatInt(export, 10)))}
}

func (m mark) sum(key, what string) []byte {
	mac := hmac.New(sha256.New, m.key[:])
	mac.Write([]byte(what + "/" + key))
	return mac.Sum(nil)
}

// before says whether the row of key a stands before that of key b.
func (m mark) before(a, b string) bool {
	return bytes.Compare(m.sum(a, "order"), m.sum(b, "order")) < 0
}

// order puts the rows of a stretch into the copy's own order.
func (m mark) order(rows []exportRow) {
	sums := map[string][]byte{}
	for _, row := range rows {
		sums[row.key] = m.sum(row.key, "order")
	}
	slices.SortStableFunc(rows, func(a, b exportRow) int { return bytes.Compare(sums[a.key], sums[b.key]) })
}

// blank says whether a blank follows the marked cell in the row of key.
func (m mark) blank(key string) bool { return m.sum(key, "blank")[0]&1 == 1 }

// space marks a cell of the row of key.
func (m mark) space(key, cell string) string {
	if m.blank(key) {
		return cell + " "
	}
	return cell
}
