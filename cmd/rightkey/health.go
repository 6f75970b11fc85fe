package main

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"rightkey/internal/store"
	"rightkey/internal/web"
)

// sealLag is how long the sealer may be behind before the server is not ready.
const sealLag = time.Minute

// health answers probes: /healthz says that the process lives, /readyz that it can serve.
func (h *house) health(server *web.Server) {
	server.Handle("GET /healthz", web.Public, func(w http.ResponseWriter, _ *http.Request) error {
		return answerJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	server.Handle("GET /readyz", web.Public, func(w http.ResponseWriter, r *http.Request) error {
		checks, ready := h.ready(r.Context())
		status := http.StatusOK
		checks["status"] = "ok"
		if !ready {
			status, checks["status"] = http.StatusServiceUnavailable, "not ready"
		}
		return answerJSON(w, status, checks)
	})
}

// ready says of each part whether it can serve.
func (h *house) ready(ctx context.Context) (checks map[string]string, ready bool) {
	ctx, cancel := context.WithTimeout(ctx, scrapeTime)
	defer cancel()
	checks, ready = map[string]string{"database": "ok", "schema": "ok", "journal": "ok", "witness": "ok"}, true
	switch version, err := store.Schema(ctx, h.raw); {
	case err != nil:
		checks["database"], checks["schema"], ready = "does not answer", "unknown", false
	case version < store.Latest():
		checks["schema"], ready = "older than this program", false
	case version > store.Latest():
		checks["schema"] = "newer than this program"
	}
	status := h.sealer.Status()
	if !status.Idle && h.clock.Now().Sub(status.CaughtUp) > sealLag {
		checks["journal"], ready = "is not sealed", false
	}
	if status.Refused != "" {
		checks["witness"] = "contradicts the journal" // the register serves; the operator has to look
	}
	return checks, ready
}

func answerJSON(w http.ResponseWriter, status int, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, err = w.Write(append(text, '\n'))
	return err
}
