package pmt

import (
	"runtime"
	"sync"
	"sync/atomic"
)

func processors() int { return runtime.GOMAXPROCS(0) }

// team shares out independent pieces of work. Which goroutine does a piece never changes its result.
type team struct{ workers int }

// do calls work for 0 to n-1.
func (t *team) do(n int, work func(k int)) {
	workers := min(t.workers, n)
	if workers <= 1 {
		for k := range n {
			work(k)
		}
		return
	}
	var next atomic.Int64
	loop := func() {
		for {
			k := int(next.Add(1)) - 1
			if k >= n {
				return
			}
			work(k)
		}
	}
	var wait sync.WaitGroup
	for range workers - 1 {
		wait.Go(loop)
	}
	loop()
	wait.Wait()
}

// chunks calls work for ranges that cover 0 to n-1.
func (t *team) chunks(n int, work func(from, to int)) {
	const size = 4096
	t.do((n+size-1)/size, func(k int) { work(k*size, min(n, (k+1)*size)) })
}

func inParallel(n int, work func(from, to int)) {
	(&team{workers: processors()}).chunks(n, work)
}
