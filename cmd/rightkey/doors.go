package main

import (
	"fmt"
	"log/slog"

	"rightkey/internal/office"
	officerest "rightkey/internal/office/rest"
	"rightkey/internal/rest"
	"rightkey/internal/web"
)

// pages registers the pages of all rooms.
func (h *house) pages(server *web.Server, sessions *office.Sessions) error {
	return nil
}

// api makes the API with the operations of all rooms.
func (h *house) api(log *slog.Logger, sessions *office.Sessions) (*rest.API, error) {
	api, err := rest.New(rest.Options{Version: version, Authenticate: sessions.Authenticate, DB: h.db, Clock: h.clock, Key: rest.KeyOf(h.keys.Ring()), Log: log})
	if err != nil {
		return nil, fmt.Errorf("make the API: %w", err)
	}
	officerest.Register(api, officerest.Rooms{Areas: h.areas, Loads: h.loads, Jobs: h.jobs, Packs: h.packs})
	return api, nil
}
