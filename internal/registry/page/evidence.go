package page

import (
	"context"

	"rightkey/internal/policy"
	"rightkey/internal/registry"
)

// evidenceText says in words how an amount was computed; a computation of another program stands as it wrote it.
func evidenceText(ctx context.Context, pack *policy.Pack, text string) string {
	if used, ok := registry.NormUseOf(text); ok {
		return useText(ctx, pack, used)
	}
	return text
}
