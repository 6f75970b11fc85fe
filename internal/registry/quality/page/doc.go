// Package page shows the list of problems: what is wrong where, who puts it right until when, and what blocks benefit.
// Each problem leads to its household and to the field where it is put right.
package page
