package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"rightkey/internal/access"
	"rightkey/internal/crypt"
	"rightkey/internal/job"
	"rightkey/internal/policy"
	"rightkey/internal/store"
)

// A database from before there were keys to find by gets them by a job, in chunks, while the register is in use. Until
// it is done those are found whom it has reached.

const (
	findKind = "find-keys"
	// metaFind holds the version of the keys that every person and household of the database has.
	metaFind    = "find_keys"
	findVersion = "3" // 2: keys of births; 3: in layers
	findChunk   = 200
)

var findScope = access.System("keys to find by are made of every name, whoever may see it")

// PrepareFinding submits the job that makes the keys of a database that has none yet, and leaves any other as it is.
func (s *Service) PrepareFinding(ctx context.Context) error {
	var version string
	err := store.One(ctx, s.db.In(findScope), "SELECT value FROM meta WHERE key = $1", []any{metaFind}, &version)
	if err == nil && version == findVersion {
		return nil
	}
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return fmt.Errorf("read the version of the keys to find by: %w", err)
	}
	var persons, waiting int64
	if err := store.One(ctx, s.db.In(findScope), `SELECT (SELECT count(*) FROM (SELECT 1 FROM household WHERE {checked} LIMIT 1) h),
		(SELECT count(*) FROM job WHERE kind = $1 AND state IN ('queued', 'running'))`, []any{findKind}, &persons, &waiting); err != nil {
		return fmt.Errorf("look whether keys to find by are missing: %w", err)
	}
	if persons == 0 {
		return s.db.Tx(ctx, findScope, func(tx store.Tx) error { return markFinding(ctx, tx) })
	}
	if waiting > 0 {
		return nil
	}
	_, err = s.jobs.Submit(ctx, 0, job.Request{Kind: findKind, Title: findKind, Range: access.Everywhere})
	return err
}

func markFinding(ctx context.Context, tx store.Tx) error {
	_, err := tx.Exec(ctx, "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", metaFind, findVersion)
	return err
}

// findProgress is the last record that has its keys.
type findProgress struct {
	Households bool // the persons are done
	Home, ID   int64
}

// keyed is a record on its way to its keys.
type keyed struct {
	home, id, area, household int64
	name                      string
	birth                     *int64
	phones                    [][]any
}

// makeFindKeys is the worker: first all persons, then all households.
func (s *Service) makeFindKeys(ctx context.Context, run *job.Run) error {
	var at findProgress
	if run.Job.Progress != nil {
		if err := json.Unmarshal(run.Job.Progress, &at); err != nil {
			return fmt.Errorf("read the progress: %w", err)
		}
	}
	var persons, households int64
	if err := store.One(ctx, s.db.In(findScope), "SELECT (SELECT count(*) FROM person WHERE {checked}), (SELECT count(*) FROM household WHERE {checked})", nil, &persons, &households); err != nil {
		return err
	}
	done, counts := run.Job.Done, run.Job.Counts
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows, err := s.toKey(ctx, at)
		if err != nil {
			return err
		}
		n := int64(len(rows))
		done, counts = done+n, counts.Add(job.Counts{In: n, Created: n})
		last := at
		if n > 0 {
			last.Home, last.ID = rows[n-1].home, rows[n-1].id
		} else {
			last = findProgress{Households: true}
		}
		err = s.db.Tx(ctx, findScope, func(tx store.Tx) error {
			if err := storeKeyed(ctx, tx, rows, !at.Households); err != nil {
				return err
			}
			if n == 0 && at.Households {
				if err := markFinding(ctx, tx); err != nil {
					return err
				}
			}
			return run.Save(ctx, tx, done, max(done, persons+households), counts, last)
		})
		if err != nil || n == 0 && at.Households {
			return err
		}
		s.sweeper.wrote(len(rows))
		if err := s.sweepKeys(ctx, run.Way().Company()); err != nil {
			return err
		}
		at = last
	}
}

func storeKeyed(ctx context.Context, tx store.Tx, rows []keyed, persons bool) error {
	for _, r := range rows {
		if persons {
			if err := setPersonKeys(ctx, tx, r.area, r.home, r.id, r.name, r.birth); err != nil {
				return err
			}
		}
		if err := setPhoneKeys(ctx, tx, r.home, r.id, r.phones); err != nil {
			return err
		}
	}
	return nil
}

// toKey reads the next persons or households with what their keys are made of. Somebody who lives nowhere now is
// where he lived last.
func (s *Service) toKey(ctx context.Context, after findProgress) ([]keyed, error) {
	kind, sql := SubjectPerson, `SELECT p.home, p.id, h.area, h.id, p.name, p.birth FROM person p
		JOIN membership m ON m.home = p.home AND m.person = p.id AND m.from_day = (SELECT max(n.from_day) FROM membership n WHERE n.home = p.home AND n.person = p.id)
		JOIN household h ON h.home = m.home AND h.id = m.household
		WHERE {checked} AND (p.home, p.id) > ($1, $2) ORDER BY p.home, p.id LIMIT $3`
	if after.Households {
		kind, sql = SubjectHousehold, "SELECT h.home, h.id, h.area, h.id, '', CAST(NULL AS bigint) FROM household h WHERE {checked} AND (h.home, h.id) > ($1, $2) ORDER BY h.home, h.id LIMIT $3"
	}
	rows, err := store.All(ctx, s.db.In(findScope), sql, []any{after.Home, after.ID, findChunk}, func(r store.Rows, k *keyed) error {
		return r.Scan(&k.home, &k.id, &k.area, &k.household, &k.name, &k.birth)
	})
	if err != nil {
		return nil, fmt.Errorf("read who has no keys to find by: %w", err)
	}
	for i := range rows {
		if err := s.phonesOf(ctx, &rows[i], kind); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func (s *Service) phonesOf(ctx context.Context, k *keyed, kind string) error {
	pack, err := s.Pack(k.area)
	if err != nil {
		return err
	}
	if !findsByPhone(pack, kind) {
		return nil
	}
	all, err := s.documents(ctx, findScope, k.home, k.id, func() (crypt.DataKey, error) { return s.keys.Of(ctx, k.home, k.id) })
	if err != nil {
		return err
	}
	k.phones, err = s.phoneKeys(ctx, pack, kind, k.home, k.id, k.area, k.household, all.latest().flat())
	return err
}

func findsByPhone(pack *policy.Pack, kind string) bool {
	for _, item := range pack.ItemsOf(kind) {
		if item.Find == policy.FindPhone {
			return true
		}
	}
	return false
}
