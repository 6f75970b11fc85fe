// Package rest is the shell of the programming interface under /api/v1: the doors are declared (an operation without
// a stated access cannot be registered), errors are problems after RFC 9457 without the values that were sent, lists
// are read page by page with cursors that belong to one caller, a change names the version it was based on (ETag and
// If-Match, RFC 9110), and a repeated request with the same Idempotency-Key gets the first one's answer. The document
// after OpenAPI 3.1 lies at /api/v1/openapi.json, a page for people at /api/docs.
//
// Operations themselves belong to the rooms; each registers its own.
package rest
