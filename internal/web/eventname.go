package web

import (
	"context"
	"strings"

	"rightkey/internal/i18n"
)

// EventKeys are the messages that name a kind of event of the journal ("person.number-confirmed"), the first that there
// is counts: those of the office, those of the register, and of subjects that a policy pack names what any subject of
// its kind has.
func EventKeys(kind string) []string {
	subject, what, _ := strings.Cut(kind, ".")
	what = strings.NewReplacer("-", "_", ".", "_").Replace(what)
	return []string{"office.event." + subject + "." + what, "registry.event." + subject + "_" + what, "office.event.any." + what}
}

// EventName is a kind of event in words; the kind itself where nobody has named it.
func EventName(ctx context.Context, kind string) string {
	for _, key := range EventKeys(kind) {
		if i18n.Has(key) {
			return T(ctx, key)
		}
	}
	return kind
}
