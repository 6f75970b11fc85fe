// Package page shows what verification is worth: the errors of registers of which the truth is known, true and as they
// are estimated, by the number of visits, with what the visits take. The curves come with the program.
package page
