// Package rest is identification for other programs: the assessments of a household, the runs that made them, and how
// many households and persons they found poor in which area.
//
// Amounts are whole minor units of the pack's currency. A verdict is an assessment; it changes no household's status.
package rest
