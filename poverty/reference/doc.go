// Package reference holds results that other software and published papers give on known data, and computes ours
// beside them: R laeken, survey, convey, quantreg, mpitbR and sae, Alkire-Foster replications, targeting papers. The
// test suite fails on any check that does not pass; the command "rightkey poverty check" prints them all.
//
// The data are not part of the project. A caller gives the package a way to open tables by a file-name pattern.
package reference
