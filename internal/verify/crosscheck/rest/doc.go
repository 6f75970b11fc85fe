// Package rest offers leads of cross-checks, lists of departments and requests to them by the API.
package rest
