// Package rest holds the operations of the API on persons who may be registered twice.
package rest
