package office

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"time"

	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/store"
	"rightkey/internal/web"
)

// Limits of sign-in. An attempt counts before its password is looked at; a success takes itself back. From the limit
// on, each attempt closes the door behind it for twice as long, from a minute to an hour; after a quarter of an hour
// of quiet counting begins anew.
const (
	attemptsPerLogin = 10
	attemptsPerPlace = 100
	firstWait        = time.Minute
	longestWait      = time.Hour
	quiet            = 15 * time.Minute
)

// tooSoon says when to come again; it is the cause of a TooMany fault.
type tooSoon struct{ wait time.Duration }

func (t tooSoon) Error() string             { return fmt.Sprintf("throttled for %s", t.wait) }
func (t tooSoon) RetryAfter() time.Duration { return t.wait }

// RetryAfter returns how long to wait after a TooMany fault, 0 if err does not say.
func RetryAfter(err error) time.Duration {
	var t tooSoon
	errors.As(err, &t)
	return t.wait
}

// bucket names what attempts are counted by; only its hash is stored, for a login may be a mistyped password.
type bucket struct {
	key   [sha256.Size]byte
	limit int64
}

func buckets(login, place string) []bucket {
	return []bucket{
		{sha256.Sum256([]byte("login|" + login)), attemptsPerLogin},
		{sha256.Sum256([]byte("place|" + network(place))), attemptsPerPlace},
	}
}

// network is the place's address, or the /64 network of an IPv6 address: one customer has a whole network.
func network(place string) string {
	address, err := netip.ParseAddr(place)
	if err != nil || address.Is4() || address.Is4In6() {
		return place
	}
	prefix, err := address.WithZone("").Prefix(64)
	if err != nil {
		return place
	}
	return prefix.String()
}

// count counts an attempt and returns a TooMany fault if there were too many.
func (s *Service) count(ctx context.Context, login, place string) error {
	now := s.now()
	var wait time.Duration
	err := s.db.Tx(ctx, system, func(tx store.Tx) error {
		wait = 0
		for _, b := range buckets(login, place) {
			more, err := b.count(ctx, tx, now)
			if err != nil {
				return err
			}
			wait = max(wait, more)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("count an attempt to sign in: %w", err)
	}
	if wait > 0 {
		return fault.Wrap(fault.TooMany, tooSoon{wait}, "%s", web.T(ctx, "office.fault.too_many", "minutes", int(math.Ceil(wait.Minutes()))))
	}
	return nil
}

// count counts one attempt and returns how long to wait, 0 if it may go on.
func (b bucket) count(ctx context.Context, tx store.Tx, now clock.Time) (time.Duration, error) {
	var n, last, until int64
	err := store.One(ctx, tx, "SELECT count, since, until FROM throttle WHERE bucket = $1", []any{b.key[:]}, &n, &last, &until)
	if err != nil && !errors.Is(err, store.ErrNoRows) {
		return 0, err
	}
	if until > int64(now) {
		return clock.Time(until).Sub(now), nil
	}
	if now.Sub(clock.Time(max(last, until))) > quiet {
		n = 0
	}
	if n++; n >= b.limit {
		until = int64(now.Add(min(longestWait, firstWait<<min(10, n-b.limit))))
	}
	_, err = tx.Exec(ctx, `INSERT INTO throttle (bucket, count, since, until) VALUES ($1, $2, $3, $4)
		ON CONFLICT (bucket) DO UPDATE SET count = excluded.count, since = excluded.since, until = excluded.until`, b.key[:], n, int64(now), until)
	return 0, err
}

// forgive takes back the attempt of a success: the login's count ends, the place's is one less.
func forgive(ctx context.Context, tx store.Tx, login, place string) error {
	both := buckets(login, place)
	if _, err := tx.Exec(ctx, "DELETE FROM throttle WHERE bucket = $1", both[0].key[:]); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE throttle SET count = count - 1 WHERE bucket = $1 AND count > 0", both[1].key[:])
	return err
}
