// Package registry is the register of households: who lives where, with whom, in which house, on which income. It is
// what every other room works on.
//
// A household has a permanent number, an area, a status and a head; a person has a permanent number, a name, a sex, a
// birth date and, sealed, a national identity number. Memberships tie persons to households by dates; nothing is
// deleted, things end. What else a country asks (its items) is kept as facts, one document per subject and form
// section, validated by the policy pack; items marked list can be filtered by. Income and expenditure are entries
// with year, class and basis; totals are computed and never typed. A missing value is unknown, never zero.
//
// Households, persons and entries come by import; afterwards they change by change sets. Status arrives only so.
//
// Source: registration forms and handbook of the national registration of poor households (RULES 1.2 to 1.5).
package registry
