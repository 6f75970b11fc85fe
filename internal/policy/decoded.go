package policy

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
)

// DecodeJSON reads JSON with its numbers exact, as Canonical wants them.
func DecodeJSON(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}

// Canonical turns a value decoded from JSON into a Value: whole numbers into int64, others into json.Number, lists of
// texts into []string. What is none of these is returned as it is.
func Canonical(decoded any) Value {
	switch v := decoded.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v)
		}
		return json.Number(strconv.FormatFloat(v, 'f', -1, 64))
	case []any:
		texts := make([]string, 0, len(v))
		for _, one := range v {
			text, ok := one.(string)
			if !ok {
				return decoded
			}
			texts = append(texts, text)
		}
		return texts
	}
	return decoded
}
