package linkage

import (
	"sync"
	"sync/atomic"
)

// inParallel calls do for each task from 0 to tasks-1 on the given number of workers, numbered from 0. Tasks must
// write to places of their own, so that the result does not depend on who does which.
func inParallel(workers, tasks int, do func(worker, task int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for worker := range min(workers, tasks) {
		wait.Go(func() {
			for task := int(next.Add(1)) - 1; task < tasks; task = int(next.Add(1)) - 1 {
				do(worker, task)
			}
		})
	}
	wait.Wait()
}
