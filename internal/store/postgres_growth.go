package store

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"
)

// growth has the tables of PostgreSQL measured while they grow. The server measures them itself, a minute or more after
// they were filled; until then it plans as if a name were shared by one in two hundred, and reads whole tables to find
// one.
type growth struct {
	pool    *pgxpool.Pool
	written atomic.Int64 // rows since the database was opened
	next    atomic.Int64 // how many of them are the next occasion to measure
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
}

// The first occasion to measure and the last; each comes after twice as many rows as the one before, and the server
// keeps up with a table that grows by less.
const (
	firstMeasured = 4_000
	lastMeasured  = 50_000_000
)

func measured(pool *pgxpool.Pool) *growth {
	g := &growth{pool: pool}
	g.ctx, g.cancel = context.WithCancel(context.Background())
	g.next.Store(firstMeasured)
	return g
}

// by says that so many rows were stored.
func (g *growth) by(rows int) {
	next := g.next.Load()
	if written := g.written.Add(int64(rows)); written < next || next > lastMeasured || !g.next.CompareAndSwap(next, 2*written) {
		return
	}
	g.running.Go(func() {
		if err := g.measure(); err != nil && g.ctx.Err() == nil {
			slog.Warn("the tables of the database were not measured", "error", postgresFault(err))
		}
	})
}

// filled are the tables that hold something, as a list for ANALYZE. An empty one is not measured: what is known to be
// empty is read as a whole by statements that are planned then and executed when it is not, and without a measure the
// server supposes some pages.
const filled = `SELECT string_agg(format('%I.%I', n.nspname, c.relname), ', ') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE c.relkind = 'r' AND n.nspname = current_schema() AND pg_relation_size(c.oid) > 0`

// measure has the tables measured that hold something.
func (g *growth) measure() error {
	var tables *string
	if err := g.pool.QueryRow(g.ctx, filled).Scan(&tables); err != nil || tables == nil {
		return err
	}
	_, err := g.pool.Exec(g.ctx, "ANALYZE "+*tables)
	return err
}

// close ends what is being measured.
func (g *growth) close() {
	g.cancel()
	g.running.Wait()
}
