package similar

import "strings"

// mostWords is the number of words of a text that are compared.
const mostWords = 16

// Words is the overlap of two texts seen as sets of words.
type Words struct {
	Left, Right int // number of words of each side
	Same        int // words that occur on both sides
	Alike       int // words that occur on both sides, equal or with a likeness of at least the bound
}

// CompareWords splits both texts at spaces and pairs their words one to one, equal words first and then each left
// word with its most alike free right word.
func CompareWords(a, b string, bound float64) Words {
	var left, right [mostWords]string
	result := Words{Left: split(a, &left), Right: split(b, &right)}
	var used uint32
	var paired uint32
	for i := range result.Left {
		for j := range result.Right {
			if used&(1<<j) == 0 && left[i] == right[j] {
				used |= 1 << j
				paired |= 1 << i
				result.Same++
				break
			}
		}
	}
	result.Alike = result.Same
	if result.Same == min(result.Left, result.Right) {
		return result
	}
	for i := range result.Left {
		if paired&(1<<i) != 0 {
			continue
		}
		best, at := bound, -1
		for j := range result.Right {
			if used&(1<<j) != 0 {
				continue
			}
			if like := AtLeast(left[i], right[j], best); like >= best {
				best, at = like, j
			}
		}
		if at >= 0 {
			used |= 1 << at
			result.Alike++
		}
	}
	return result
}

func split(s string, into *[mostWords]string) int {
	n := 0
	for s != "" && n < mostWords {
		at := strings.IndexByte(s, ' ')
		if at < 0 {
			into[n] = s
			return n + 1
		}
		if at > 0 {
			into[n] = s[:at]
			n++
		}
		s = s[at+1:]
	}
	return n
}
