// Package page shows campaigns of verification: how wrong the register is and where, what each team has to do, what was
// found of each household and what follows, and the plain page on which a visit is recorded.
package page
