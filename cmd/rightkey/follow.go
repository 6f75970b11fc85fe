package main

import (
	"context"
	"log/slog"
	"time"
)

// followEvery is how often the program looks whether the day of a change of areas has come.
const followEvery = 10 * time.Minute

// followAreas brings households to the areas that theirs have become, until ctx is done.
func (h *house) followAreas(ctx context.Context, log *slog.Logger) {
	for {
		if _, err := h.registry.FollowAreas(ctx); err != nil && ctx.Err() == nil {
			log.Error("follow the changes of areas", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(followEvery):
		}
	}
}
