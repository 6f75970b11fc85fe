// Package house holds no code: its tests walk the whole house and fail where it departs from its floor plan, which
// is what keeps a room workable for somebody who opens no other. They check which package imports which, that no
// Go file names a country (what a country decides is in its policy pack), that generated files are fresh, that
// every package says what it is for, and that the commands of the README run in a fresh clone.
package house
