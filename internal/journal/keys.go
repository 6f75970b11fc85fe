package journal

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"rightkey/internal/crypt"
	"rightkey/internal/store"
)

// ErrErased says that a subject's data key was destroyed: what was sealed under it is gone.
var ErrErased = errors.New("the data key was destroyed")

// Keys keeps the data keys: one random key a person, household or submission, wrapped by the keyring that lies
// outside the database.
type Keys struct {
	ring *crypt.Keyring
	db   store.Querier

	mu    sync.Mutex
	known map[int64]crypt.DataKey // a bounded cache by subject
}

// cached is how many unwrapped keys are held at most.
const cached = 4096

// NewKeys opens the data keys of a database.
func NewKeys(ring *crypt.Keyring, db store.Querier) *Keys {
	return &Keys{ring: ring, db: db, known: map[int64]crypt.DataKey{}}
}

// Ring is the keyring, for blind indexes.
func (k *Keys) Ring() *crypt.Keyring { return k.ring }

// NewKey is a data key that is not stored yet.
type NewKey struct {
	Home, Subject int64
	Key           crypt.DataKey
	wrapped       []byte
}

// Make makes a data key for a new subject; Store stores it in the subject's transaction.
func (k *Keys) Make(home, subject int64) NewKey {
	wrapped, key := k.ring.NewDataKey()
	return NewKey{Home: home, Subject: subject, Key: key, wrapped: wrapped}
}

// StoreKeys stores new keys in the transaction that creates their subjects.
func StoreKeys(ctx context.Context, tx store.Tx, keys []NewKey) error {
	rows := make([][]any, len(keys))
	for i, k := range keys {
		rows[i] = []any{k.Home, k.Subject, k.wrapped}
	}
	return tx.Bulk(ctx, "data_key", []string{"home", "subject", "wrapped"}, rows)
}

// Of returns a stored subject's key, ErrErased if it was destroyed (or never was). It reads the database; call it
// before a transaction.
func (k *Keys) Of(ctx context.Context, home, subject int64) (crypt.DataKey, error) {
	k.mu.Lock()
	key, ok := k.known[subject]
	k.mu.Unlock()
	if ok {
		return key, nil
	}
	var wrapped []byte
	err := store.One(ctx, k.db, "SELECT wrapped FROM data_key WHERE home = $1 AND subject = $2", []any{home, subject}, &wrapped)
	if errors.Is(err, store.ErrNoRows) { // what happened to a person before he moved to another home lies where it happened
		err = store.One(ctx, k.db, "SELECT d.wrapped FROM moved v JOIN data_key d ON d.home = v.home AND d.subject = v.id WHERE v.id = $1", []any{subject}, &wrapped)
	}
	if errors.Is(err, store.ErrNoRows) {
		return crypt.DataKey{}, ErrErased
	}
	if err != nil {
		return crypt.DataKey{}, err
	}
	if key, err = k.ring.Unwrap(wrapped); err != nil {
		return crypt.DataKey{}, fmt.Errorf("unwrap a data key: %w", err)
	}
	k.remember(subject, key)
	return key, nil
}

func (k *Keys) remember(subject int64, key crypt.DataKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.known) >= cached {
		clear(k.known)
	}
	k.known[subject] = key
}

// Opener returns the function that Scan wants.
func (k *Keys) Opener(ctx context.Context) func(home, subject int64) (*crypt.DataKey, error) {
	return func(home, subject int64) (*crypt.DataKey, error) {
		key, err := k.Of(ctx, home, subject)
		if err != nil {
			return nil, err
		}
		return &key, nil
	}
}

// Forget drops a destroyed key from memory.
func (k *Keys) Forget(subject int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.known, subject)
}
