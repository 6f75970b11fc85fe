// Package rest is the register for other programs: households and persons with what the caller may see, change sets
// and their decisions, and imports.
//
// Facts stand under the codes of the pack's items with its canonical values: choices as codes, days as 2014-06-30,
// amounts as whole minor units of the pack's currency. A value that is not there is unknown or not for the caller's
// eyes; the two are never told apart.
package rest
