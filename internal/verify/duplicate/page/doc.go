// Package page holds the pages on persons who may be registered twice: the queue, the review of a pair, and what one
// county asks another.
package page
