// Package page is the register as people see it: the overview of an area, the list of households with its filters in
// the address, a household's file, proposing a change and deciding on one side by side, and the import of files in
// five steps.
//
// Every page works without a script. Names never stand in an address: a search for a name is sent as a form and goes
// on as a sealed token.
package page
