// Package page shows identification: the runs, a form that starts one, its progress, how many households and persons
// are poor in which area, whose verdict rests on which figures, and why a household was found poor or not.
package page
