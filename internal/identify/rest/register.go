package rest

import (
	"context"

	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/identify"
	"rightkey/internal/registry"
	"rightkey/internal/rest"
)

// Rooms is what the operations stand on.
type Rooms struct {
	Identify *identify.Service
	Registry *registry.Service
}

const room = "Identification"

// Register adds the operations to the API.
func Register(api *rest.API, rooms Rooms) {
	rooms.registerRuns(api)
	rooms.registerAssessments(api)
	rooms.registerScenario(api)
	rooms.registerScorecards(api)
}

// areaOf is the key of the area in scope with a code; 0, everything in scope, for none.
func (rooms Rooms) areaOf(ctx context.Context, scope access.Scope, code string) (int64, error) {
	if code == "" {
		return 0, nil
	}
	a, err := rooms.Identify.Areas().ByCode(ctx, scope, code)
	return a.Key, err
}

// places are areas by their keys.
func (rooms Rooms) places(ctx context.Context, keys ...int64) (map[int64]area.Area, error) {
	return rooms.Registry.Places(ctx, keys)
}
