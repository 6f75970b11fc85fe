package store

// Padded are identifiers as arguments of a list IN (…), the last one repeated until their number is a power of two, so
// that lists of many lengths share few statements. An empty list stays empty.
func Padded(ids []int64) []any {
	if len(ids) == 0 {
		return nil
	}
	size := 1
	for size < len(ids) {
		size *= 2
	}
	args := make([]any, size)
	for i := range args {
		args[i] = ids[min(i, len(ids)-1)]
	}
	return args
}
