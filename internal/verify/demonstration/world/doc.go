// Package world holds a population in which the truth is known, for the demonstration of verification. It lets a
// campaign see what a real one would see: the register, what a form and the departments say of a household, a score
// from a survey of another county, and what visits find. The truth itself does not leave this package: a campaign may
// ask for a visit, and the scorer, Judge, compares a register with the truth when the campaign is over.
package world
