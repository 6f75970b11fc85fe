package store

import (
	"errors"
	"log/slog"
	"os"
	"time"
)

// soonest is how long after a commit that did not wait for the disk it is written there at the latest, if no commit
// that waits comes first.
const soonest = 200 * time.Millisecond

// syncer writes the log of a SQLite file to the disk a moment after commits that did not wait for it, beside the
// writer. What is written at once by other commits is written again, which costs nothing.
type syncer struct {
	path string // of the log
	due  chan struct{}
	done chan struct{}
}

func newSyncer(database string) *syncer {
	s := &syncer{path: database + "-wal", due: make(chan struct{}, 1), done: make(chan struct{})}
	go s.run()
	return s
}

// later says that something was committed that the disk does not have.
func (s *syncer) later() {
	select {
	case s.due <- struct{}{}:
	default: // it is due anyway
	}
}

// close ends the syncer after what is due.
func (s *syncer) close() {
	close(s.due)
	<-s.done
}

func (s *syncer) run() {
	defer close(s.done)
	for range s.due {
		time.Sleep(soonest)
		if err := syncFile(s.path); err != nil {
			slog.Error("the log of the database cannot be written to the disk", "error", err)
		}
	}
}

// syncFile waits until a file is on the disk. One that is no longer there was taken over by the database.
func syncFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	return file.Sync()
}
