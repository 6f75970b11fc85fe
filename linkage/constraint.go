package linkage

import "fmt"

// bind checks the decisions and notes what was decided.
func (e *run) bind(decisions []Decision) error {
	for n, d := range decisions {
		d = e.placed(d)
		if int(max(d.Left, d.Right)) >= e.records.rows || d.Left == d.Right {
			return fmt.Errorf("decision %d on rows %d and %d: no such pair in %d rows", n+1, d.Left+1, d.Right+1, e.records.rows)
		}
		e.judged[[2]uint32{min(d.Left, d.Right), max(d.Left, d.Right)}] = d.Same
	}
	return nil
}

// placed gives a decision's right row its place among all rows; in a link it is counted within the right table.
func (e *run) placed(d Decision) Decision {
	d.Right += uint32(e.records.split)
	return d
}

// apart says that two rows must not become one entity: people have judged so, or both stand on the roster of one
// household without being the same line twice (same number, or same names and same date).
func (e *run) apart(i, j uint32) bool {
	if same, judged := e.judged[[2]uint32{min(i, j), max(i, j)}]; judged {
		return !same
	}
	return e.records.sameGroup(i, j) && !e.records.sameLine(i, j)
}

// sameLine says whether two rows are so alike that one person was entered twice.
func (r *Records) sameLine(i, j uint32) bool {
	a, b := r.row(int(i)), r.row(int(j))
	names, dates, differing := 0, 0, false
	for f, c := range r.columns {
		equal := a[f] == b[f] && a[f] != 0
		switch c.field.Kind {
		case ID:
			if equal {
				return true
			}
		case Given, Name:
			names += btoi(equal)
			differing = differing || a[f] != b[f]
		case Date, Year:
			dates += btoi(equal)
			differing = differing || a[f] != b[f]
		}
	}
	return names > 0 && dates > 0 && !differing
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// unite joins the groups of pairs that people have judged to be one person.
func (e *run) unite(owner []uint32) []uint32 {
	for _, d := range e.options.Decisions {
		if !d.Same {
			continue
		}
		a, b := owner[d.Left], owner[d.Right]
		if a == b {
			continue
		}
		for row := range owner {
			if owner[row] == max(a, b) {
				owner[row] = min(a, b)
			}
		}
	}
	return owner
}
