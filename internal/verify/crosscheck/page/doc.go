// Package page shows the leads of cross-checks, the lists of departments and the requests to them, and takes what
// people decide about a lead.
package page
