package main

import (
	"context"
	"log/slog"
	"time"

	"rightkey/internal/rest"
	"rightkey/internal/store"
)

// keepUp starts what follows the register's changes and the calendar, until ctx is done. It stands aside for people.
func (h *house) keepUp(ctx context.Context, log *slog.Logger, api *rest.API) {
	ctx = store.Courteous(ctx, h.jobs.Way().Make)
	go h.sweep(ctx, log, api)
	go h.quality.Watch(ctx)
	go h.duplicates.Watch(ctx)
	go h.followDays(ctx, log)
	go h.monthEnds.Run(ctx)
}

// followEvery is how often the program looks whether the day of something has come.
const followEvery = 10 * time.Minute

// followDays brings households to the areas that theirs have become, carries out transfers between counties, shows cases
// whose terms have run out one level higher, follows up expired cards, and deletes what departments gave, each on its
// day, until ctx is done. Before that it finds the cards of cases from before their last days were kept.
func (h *house) followDays(ctx context.Context, log *slog.Logger) {
	if err := h.findCards(ctx); err != nil && ctx.Err() == nil {
		log.Error("find the cards of earlier cases", "error", err)
	}
	for {
		if _, err := h.registry.FollowAreas(ctx); err != nil && ctx.Err() == nil {
			log.Error("follow the changes of areas", "error", err)
		}
		if _, err := h.registry.CarryOutTransfers(ctx); err != nil && ctx.Err() == nil {
			log.Error("carry out transfers", "error", err)
		}
		if _, err := h.cases.Escalate(ctx); err != nil && ctx.Err() == nil {
			log.Error("show terms that have run out", "error", err)
		}
		if _, err := h.cases.Expire(ctx); err != nil && ctx.Err() == nil {
			log.Error("follow up cards whose last day has passed", "error", err)
		}
		if _, err := h.crosschecks.Expire(ctx); err != nil && ctx.Err() == nil {
			log.Error("delete what departments gave", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(followEvery):
		}
	}
}

// metaCards notes that the cards of earlier cases have their last days: later ones get theirs as they are given.
const metaCards = "cards.found"

// findCards finds the cards of earlier cases, once for a database; what failed is tried again at the next start.
func (h *house) findCards(ctx context.Context) error {
	if found, err := readMeta(ctx, h.db.In(program), metaCards); err != nil || found != "" {
		return err
	}
	if _, err := h.cases.FindCards(ctx); err != nil {
		return err
	}
	return writeMeta(ctx, h.db, metaCards, "1")
}
