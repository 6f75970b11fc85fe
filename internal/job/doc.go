// Package job does long work: imports, exports, assessments of a county, whole-registry runs. A job is stored before
// it starts, shows its progress on page and terminal, works in short transactions, and keeps how far it got in the
// same transactions, so that after a crash it goes on where it was: nothing is done twice, nothing is left out. Its
// counts add up: in = created + updated + unchanged + rejected.
package job
