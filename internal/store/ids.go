package store

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"rightkey/internal/fault"
)

// BlockBits is the size of a leased block: 2^20 identifiers. With block numbers below 2^33 every identifier stays
// below 2^53, exact in JSON and in a browser.
const BlockBits = 20

// Ids gives out identifiers and knows which home each belongs to. An identifier alone is globally unique; its block
// was leased for one home, so the number finds its rows. Take identifiers before the transaction that uses them.
type Ids struct {
	db DB

	mu     sync.Mutex
	open   map[int64]*lease // home → the block this process is using
	homes  map[int64]int64  // block → home
	strays map[int64]int64  // moved identifier → its present home
	lease  func() int64     // the time, for the lease's record
}

type lease struct{ next, end int64 }

// OpenIds loads the leases. now gives the time that new leases record.
func OpenIds(ctx context.Context, db DB, now func() int64) (*Ids, error) {
	ids := &Ids{db: db, open: map[int64]*lease{}, homes: map[int64]int64{}, strays: map[int64]int64{}, lease: now}
	if err := ids.load(ctx); err != nil {
		return nil, fmt.Errorf("load the leased identifier blocks: %w", err)
	}
	return ids, nil
}

func (ids *Ids) load(ctx context.Context) error {
	for sql, into := range map[string]map[int64]int64{
		"SELECT block, home FROM id_block": ids.homes,
		"SELECT id, home FROM moved":       ids.strays,
	} {
		pairs, err := All(ctx, ids.db, sql, nil, func(r Rows, p *[2]int64) error { return r.Scan(&p[0], &p[1]) })
		if err != nil {
			return err
		}
		for _, p := range pairs {
			into[p[0]] = p[1]
		}
	}
	return nil
}

// Take returns n fresh identifiers of a home. Home 0 is for rows that belong to no household (accounts, jobs, sets).
func (ids *Ids) Take(ctx context.Context, home int64, n int) ([]int64, error) {
	ids.mu.Lock()
	defer ids.mu.Unlock()
	taken := make([]int64, 0, n)
	for len(taken) < n {
		block := ids.open[home]
		if block == nil || block.next == block.end {
			var err error
			if block, err = ids.leaseBlock(ctx, home); err != nil {
				return nil, err
			}
			ids.open[home] = block
		}
		for len(taken) < n && block.next < block.end {
			taken = append(taken, block.next)
			block.next++
		}
	}
	return taken, nil
}

// One returns a fresh identifier of a home.
func (ids *Ids) One(ctx context.Context, home int64) (int64, error) {
	taken, err := ids.Take(ctx, home, 1)
	if err != nil {
		return 0, err
	}
	return taken[0], nil
}

// leaseBlock takes the next block for home; ids.mu is held.
func (ids *Ids) leaseBlock(ctx context.Context, home int64) (*lease, error) {
	var block int64
	err := ids.db.Tx(ctx, func(tx Tx) error {
		if err := One(ctx, tx, "UPDATE id_counter SET next = next + 1 WHERE name = 'block' RETURNING next - 1", nil, &block); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO id_block (block, home, leased) VALUES ($1, $2, $3)", block, home, ids.lease())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("lease a block of identifiers: %w", err)
	}
	ids.homes[block] = home
	first := block << BlockBits
	return &lease{next: first, end: first + 1<<BlockBits}, nil
}

// Moved looks again for the home of an identifier whose rows were not where Home said: they may have moved since, in
// this process or another. It says whether they did.
func (ids *Ids) Moved(ctx context.Context, id, from int64) (home int64, moved bool, err error) {
	err = One(ctx, ids.db, "SELECT home FROM moved WHERE id = $1", []any{id}, &home)
	if errors.Is(err, ErrNoRows) {
		return from, false, nil
	}
	if err != nil {
		return from, false, err
	}
	ids.mu.Lock()
	defer ids.mu.Unlock()
	ids.strays[id] = home
	return home, home != from, nil
}

// Home returns the home whose rows hold id, or a NotFound fault for a number that was never given out.
func (ids *Ids) Home(ctx context.Context, id int64) (int64, error) {
	ids.mu.Lock()
	defer ids.mu.Unlock()
	if home, ok := ids.strays[id]; ok {
		return home, nil
	}
	block := id >> BlockBits
	if home, ok := ids.homes[block]; ok {
		return home, nil
	}
	// Another process on the same database may have leased it.
	var home int64
	err := One(ctx, ids.db, "SELECT home FROM id_block WHERE block = $1", []any{block}, &home)
	if errors.Is(err, ErrNoRows) {
		return 0, fault.New(fault.NotFound, "no such record")
	}
	if err != nil {
		return 0, err
	}
	ids.homes[block] = home
	return home, nil
}
