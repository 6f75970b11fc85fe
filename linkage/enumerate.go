package linkage

import "slices"

const (
	largeBlock = 200 // rows beyond which a block is refined
	window     = 20  // neighbours compared in what cannot be refined
)

// enumerate calls visit once for each pair of rows (i < j) that some rule puts into one block; of each rule's blocks
// only one in 2^thin is looked at. Blocks that are too large are refined by further keys and, where even that leaves
// many, rows are compared with their neighbours in sorted order; such pairs may be visited by several rules.
func enumerate(r *Records, rules []*rule, thin, workers int, visit func(worker int, i, j uint32)) {
	for x, by := range rules {
		by.build(r, workers)
		tasks := by.blocks.tasks()
		inParallel(workers, len(tasks)-1, func(worker, task int) {
			walk := walker{records: r, rules: rules[:x+1], worker: worker, visit: visit}
			for g := tasks[task]; g < tasks[task+1]; g++ {
				if group := by.blocks.group(g); thin == 0 || mix(group[0])&(1<<thin-1) == 0 {
					walk.group(group, 0)
				}
			}
		})
	}
}

// build sorts the rows into the rule's blocks, once.
func (r *rule) build(records *Records, workers int) {
	if r.blocks == nil {
		r.blocks = blocksOf(records, r, workers)
		r.large = r.blocks.largeOnes(records, r)
	}
}

// mix scatters numbers, so that thinning by the first row of a block takes blocks from everywhere.
func mix(n uint32) uint32 { return n * 0x9E3779B1 >> (32 - mixedBits) }

// mixedBits is how many bits of mix are in use.
const mixedBits = 24

// largeOnes returns the hashes of the blocks that are refined.
func (b *blocks) largeOnes(r *Records, by *rule) map[uint32]bool {
	var large map[uint32]bool
	for g := range b.count() {
		if group := b.group(g); len(group) > largeBlock {
			if large == nil {
				large = map[uint32]bool{}
			}
			large[by.hash(r.row(int(group[0])))] = true
		}
	}
	return large
}

// tasks cuts the groups into pieces of about as many pairs.
func (b *blocks) tasks() []int {
	cuts := []int{0}
	pairs := 0
	for g := range b.count() {
		n := len(b.group(g))
		pairs += n * (n - 1) / 2
		if pairs > 20_000 || g == b.count()-1 {
			cuts = append(cuts, g+1)
			pairs = 0
		}
	}
	return cuts
}

// walker visits the pairs of the groups of the last of its rules.
type walker struct {
	records *Records
	rules   []*rule
	worker  int
	visit   func(worker int, i, j uint32)
}

func (w *walker) group(rows []uint32, depth int) {
	if len(rows) > largeBlock {
		w.refine(rows, depth)
		return
	}
	for x, i := range rows {
		for _, j := range rows[x+1:] {
			w.pair(i, j)
		}
	}
}

func (w *walker) pair(i, j uint32) {
	if w.records.apart(i, j) || w.records.sameGroup(i, j) && !w.records.sameLine(i, j) {
		return
	}
	a, b := w.records.row(int(i)), w.records.row(int(j))
	last := len(w.rules) - 1
	if !w.rules[last].joins(a, b) {
		return
	}
	for _, earlier := range w.rules[:last] {
		if earlier.joins(a, b) && !earlier.refined(a) {
			return
		}
	}
	w.visit(w.worker, min(i, j), max(i, j))
}

// refined says whether the block of a row was too large to compare all its pairs.
func (r *rule) refined(row []uint32) bool { return r.large != nil && r.large[r.hash(row)] }

// refine splits a large block by the value of the next field that the rule does not use, rows without a value
// staying with each other, and compares neighbours when no field is left.
func (w *walker) refine(rows []uint32, depth int) {
	used := w.rules[len(w.rules)-1].fields
	fields := w.records.refining()
	for depth < len(fields) && used&(1<<fields[depth]) != 0 {
		depth++
	}
	if depth == len(fields) {
		w.neighbours(rows)
		return
	}
	f := fields[depth]
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(i, j uint32) int {
		return int(w.records.row(int(i))[f]) - int(w.records.row(int(j))[f])
	})
	for start := 0; start < len(rows); {
		end := start + 1
		for end < len(rows) && w.records.row(int(rows[end]))[f] == w.records.row(int(rows[start]))[f] {
			end++
		}
		w.group(rows[start:end], depth+1)
		start = end
	}
}

// refining lists the fields by which large blocks are split, those with most values first.
func (r *Records) refining() []int {
	fields := make([]int, 0, len(r.columns))
	for f, c := range r.columns {
		if c.field.Kind != Sex {
			fields = append(fields, f)
		}
	}
	slices.SortStableFunc(fields, func(a, b int) int { return r.columns[b].values.size() - r.columns[a].values.size() })
	return fields
}

// neighbours compares each row with the next ones in the order of the rows' values.
func (w *walker) neighbours(rows []uint32) {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(i, j uint32) int {
		return slices.Compare(w.records.row(int(i)), w.records.row(int(j)))
	})
	for x, i := range rows {
		for _, j := range rows[x+1 : min(len(rows), x+1+window)] {
			w.pair(i, j)
		}
	}
}
