package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"rightkey/internal/mirror"
	"rightkey/internal/store"
)

// snapshotFile is where the mirror of the register is kept between two runs, in the data folder.
const snapshotFile = "mirror.snapshot"

// mirrorRegister keeps a mirror of the register up to date until the returned function is called, which waits for its end.
func (h *house) mirrorRegister(ctx context.Context, log *slog.Logger) (stop func(), err error) {
	source, err := h.registry.Mirrored(ctx, h.identify)
	if err != nil {
		return nil, fmt.Errorf("mirror the register: %w", err)
	}
	schema, err := mirror.NewSchema(source.Columns())
	if err != nil {
		return nil, fmt.Errorf("mirror the register: %w", err)
	}
	m := mirror.New(patient{source, h.jobs.Way().Make}, schema, mirror.Options{Snapshot: h.snapshot(), Log: log})
	h.registry.Follow(m)
	following, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := m.Run(following); err != nil && following.Err() == nil {
			log.Error("the mirror of the register has stopped; pages count by SQL", "error", err.Error())
		}
	}()
	return func() { cancel(); <-ended }, nil
}

// patient is a source that stands aside for people while it reads the whole register; what changes it tells at once,
// for pages wait for that.
type patient struct {
	mirror.Source
	stand func()
}

func (p patient) Load(ctx context.Context, schema *mirror.Schema, each func(mirror.Row) error) (int64, error) {
	return p.Source.Load(store.Courteous(ctx, p.stand), schema, each)
}

// snapshot is the mirror's file; empty where there is no data folder (PostgreSQL, started anywhere).
func (h *house) snapshot() string {
	if info, err := os.Stat(h.data); err != nil || !info.IsDir() {
		return ""
	}
	return filepath.Join(h.data, snapshotFile)
}
