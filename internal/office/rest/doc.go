// Package rest offers the office's areas, jobs and policy packs to other programs.
package rest
