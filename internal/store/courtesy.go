package store

import "context"

type courtesyKey struct{}

// Courteous returns a context of work in the background: before each of its statements and transactions it stands aside
// for people who wait for an answer.
func Courteous(ctx context.Context, stand func()) context.Context {
	return context.WithValue(ctx, courtesyKey{}, stand)
}

// Courtesy stands aside if ctx is of work in the background. Call it between long calculations, never within a
// transaction.
func Courtesy(ctx context.Context) {
	if stand, ok := ctx.Value(courtesyKey{}).(func()); ok {
		stand()
	}
}
