package cluster

import (
	"container/heap"
	"slices"
	"sync"
	"sync/atomic"
)

// tie is the evidence between two groups.
type tie struct {
	sum  float64 // of the clipped weights of all pairs between them
	best float64 // largest weight of a pair
	bar  bool    // some pair must stay apart
}

// joiner builds groups inside one component.
type joiner struct {
	options Options
	worker  int
	members [][]uint32
	ties    []map[int]tie
	dead    []bool
	queue   proposals
}

// proposal is a possible union of two groups.
type proposal struct {
	mean         float64
	a, b         int
	sizeA, sizeB int // as they were when it was made; a grown group makes new proposals
}

type proposals []proposal

func (q proposals) Len() int      { return len(q) }
func (q proposals) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q proposals) Less(i, j int) bool {
	if q[i].mean != q[j].mean {
		return q[i].mean > q[j].mean
	}
	return q[i].a < q[j].a || q[i].a == q[j].a && q[i].b < q[j].b
}
func (q *proposals) Push(x any) { *q = append(*q, x.(proposal)) }
func (q *proposals) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}

// join returns the groups of two and more records of a component.
func join(c component, o Options, worker int) [][]uint32 {
	j := &joiner{options: o, worker: worker}
	number := make(map[uint32]int, len(c.nodes))
	for i, node := range c.nodes {
		number[node] = i
		j.members = append(j.members, []uint32{node})
		j.ties = append(j.ties, map[int]tie{})
	}
	j.dead = make([]bool, len(c.nodes))
	for _, e := range c.edges {
		j.connect(number[e.Left], number[e.Right], e)
	}
	for a, ties := range j.ties {
		for b, t := range ties {
			if a < b {
				j.propose(a, b, t)
			}
		}
	}
	for len(j.queue) > 0 {
		p := heap.Pop(&j.queue).(proposal)
		if !j.dead[p.a] && !j.dead[p.b] && len(j.members[p.a]) == p.sizeA && len(j.members[p.b]) == p.sizeB {
			j.unite(p.a, p.b)
		}
	}
	return j.groups()
}

func (j *joiner) groups() [][]uint32 {
	var groups [][]uint32
	for g, members := range j.members {
		if !j.dead[g] && len(members) > 1 {
			groups = append(groups, members)
		}
	}
	return groups
}

func (j *joiner) connect(a, b int, e Edge) {
	t := tie{sum: j.clip(float64(e.Weight)), best: float64(e.Weight)}
	t.bar = j.options.Apart != nil && j.options.Apart(e.Left, e.Right)
	j.ties[a][b], j.ties[b][a] = t, t
}

func (j *joiner) clip(w float64) float64 { return max(-j.options.Clip, min(j.options.Clip, w)) }

// propose queues the union of two groups if their evidence allows it.
func (j *joiner) propose(a, b int, t tie) {
	mean := t.sum / float64(len(j.members[a])*len(j.members[b]))
	if t.bar || t.best < j.options.Best || mean < j.options.Mean {
		return
	}
	a, b = min(a, b), max(a, b)
	heap.Push(&j.queue, proposal{mean, a, b, len(j.members[a]), len(j.members[b])})
}

// unite makes b part of a and proposes the grown group to its neighbours.
func (j *joiner) unite(a, b int) {
	neighbours := make([]int, 0, len(j.ties[a])+len(j.ties[b]))
	for n := range j.ties[a] {
		neighbours = append(neighbours, n)
	}
	for n := range j.ties[b] {
		neighbours = append(neighbours, n)
	}
	slices.Sort(neighbours)
	sums := map[int]tie{}
	for _, n := range slices.Compact(neighbours) {
		if n != a && n != b && !j.dead[n] {
			sums[n] = j.tieOf(a, n).plus(j.tieOf(b, n))
		}
	}
	j.dead[b] = true
	j.members[a] = append(j.members[a], j.members[b]...)
	j.ties[a], j.ties[b] = sums, nil
	for n := range sums {
		delete(j.ties[n], b)
		j.ties[n][a] = sums[n]
		j.propose(a, n, sums[n])
	}
}

func (t tie) plus(other tie) tie {
	return tie{t.sum + other.sum, max(t.best, other.best), t.bar || other.bar}
}

// tieOf returns the evidence between two groups, scoring their pairs if no edge connects them.
func (j *joiner) tieOf(a, b int) tie {
	if t, ok := j.ties[a][b]; ok {
		return t
	}
	t := tie{best: -j.options.Clip}
	for _, x := range j.members[a] {
		for _, y := range j.members[b] {
			w := j.options.Score(j.worker, min(x, y), max(x, y))
			t.sum += j.clip(w)
			t.best = max(t.best, w)
			t.bar = t.bar || j.options.Apart != nil && j.options.Apart(x, y)
		}
	}
	return t
}

// inParallel calls do for each task on the given number of workers.
func inParallel(workers, tasks int, do func(worker, task int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for worker := range min(max(1, workers), tasks) {
		wait.Go(func() {
			for task := int(next.Add(1)) - 1; task < tasks; task = int(next.Add(1)) - 1 {
				do(worker, task)
			}
		})
	}
	wait.Wait()
}
