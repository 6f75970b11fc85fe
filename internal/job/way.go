package job

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	// visit is how long a request counts as one that somebody waits for: a long download is not waited for like a page.
	visit = time.Second
	// company is how long after a request people count as being here.
	company = 2 * time.Second
	// stand is how long work stands aside at a time, so that it goes on, slowly, where requests never end; patience is that
	// of upkeep, for which nobody waits.
	stand    = 20 * time.Millisecond
	patience = 200 * time.Millisecond
)

// Way lets work in the background make way for people who wait for an answer of the same process.
type Way struct {
	waiting atomic.Int64
	last    atomic.Int64 // when somebody came, in nanoseconds
}

// Visit says that somebody waits for an answer; call leave when it is given.
func (w *Way) Visit() (leave func()) {
	w.last.Store(time.Now().UnixNano())
	w.waiting.Add(1)
	gone := sync.OnceFunc(func() { w.waiting.Add(-1) })
	long := time.AfterFunc(visit, gone)
	return func() { long.Stop(); gone() }
}

// Company says whether people are here: work then goes in small portions.
func (w *Way) Company() bool { return time.Since(time.Unix(0, w.last.Load())) < company }

// Make stands aside for a moment while somebody waits. Call it often, and never within a transaction.
func (w *Way) Make() { w.aside(stand) }

// Give is Make of work for which nobody waits: it stands aside for longer.
func (w *Way) Give() { w.aside(patience) }

func (w *Way) aside(most time.Duration) {
	for began := time.Now(); w.waiting.Load() > 0 && time.Since(began) < most; {
		time.Sleep(500 * time.Microsecond)
	}
}
