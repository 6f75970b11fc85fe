// Package rest is the list of problems for other programs: which rules fire where, who puts it right until when, and
// what blocks benefit; claiming, accepting and confirming; looking at households anew.
package rest
