package files

import "iter"

// inOrder does something with each item, several at once, and yields the results in the order of the items. At most
// twice as many results as workers wait to be taken.
func inOrder[T, R any](workers int, items iter.Seq[T], do func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		queue := make(chan chan R, workers)
		busy := make(chan struct{}, workers)
		stop := make(chan struct{})
		go func() {
			defer close(queue)
			for item := range items {
				done := make(chan R, 1)
				select {
				case queue <- done:
				case <-stop:
					return
				}
				busy <- struct{}{}
				go func() {
					done <- do(item)
					<-busy
				}()
			}
		}()
		defer func() {
			close(stop)
			for done := range queue {
				<-done
			}
		}()
		for done := range queue {
			if !yield(<-done) {
				return
			}
		}
	}
}
