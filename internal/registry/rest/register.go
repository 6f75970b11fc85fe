package rest

import (
	"context"

	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/job"
	"rightkey/internal/office"
	"rightkey/internal/policy"
	"rightkey/internal/registry"
	"rightkey/internal/registry/overview"
	"rightkey/internal/rest"
)

// Rooms is what the operations stand on.
type Rooms struct {
	Registry *registry.Service
	Jobs     *job.Runner
	// Assignments say who answers for a household; Office keeps what people declared as their own and kin.
	Assignments *office.Assignments
	Office      *office.Service
	// Errors estimates how wrong the register is; without it these measures are not there.
	Errors overview.Sample
}

const room = "Households, changes and imports"

// Register adds the operations to the API.
func Register(api *rest.API, rooms Rooms) {
	rooms.registerHouseholds(api)
	rooms.registerPersons(api)
	rooms.registerHistory(api)
	rooms.registerOverview(api)
	rooms.registerWindows(api)
	rooms.registerNorms(api)
	rooms.registerUnmask(api)
	rooms.registerSearches(api)
	rooms.registerAttachments(api)
	rooms.registerPlaces(api)
	rooms.registerChanges(api)
	rooms.registerDecisions(api)
	rooms.registerRoster(api)
	rooms.registerTransfers(api)
	rooms.registerAreaChanges(api)
	rooms.registerImports(api)
	rooms.registerImportSteps(api)
	rooms.registerImportTemplates(api)
	rooms.registerBundles(api)
	rooms.registerExports(api)
	rooms.registerAssignments(api)
	rooms.registerKin(api)
}

// numbered reads the number of a household or person; what is no number is as absent as an unknown one.
func numbered(text string) (int64, error) {
	id, ok := registry.ParseNumber(text)
	if !ok {
		return 0, fault.New(fault.NotFound, "there is no household or person with this number")
	}
	return id, nil
}

// moment writes a time, nothing for one that has not come.
func moment(at clock.Time) string {
	if at == 0 {
		return ""
	}
	return at.String()
}

// day writes a day, nothing for none.
func day(d *clock.Day) string {
	if d == nil {
		return ""
	}
	return d.String()
}

// codes are the official codes of areas by their keys.
func (rooms Rooms) codes(ctx context.Context, keys ...int64) (map[int64]string, error) {
	places, err := rooms.Registry.Places(ctx, keys)
	if err != nil {
		return nil, err
	}
	codes := make(map[int64]string, len(places))
	for key, place := range places {
		codes[key] = place.Code
	}
	return codes, nil
}

// canonical turns the values of a body into those of a pack: whole numbers into int64, others into exact text, lists
// into lists of codes.
func canonical(values map[string]any) map[string]any {
	if values == nil {
		return nil
	}
	out := make(map[string]any, len(values))
	for field, value := range values {
		out[field] = policy.Canonical(value)
	}
	return out
}
