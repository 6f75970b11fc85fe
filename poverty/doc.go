// Package poverty measures how poor and how unequal a population is: headcount, gap and squared gap under a line
// (Foster, Greer and Thorbecke 1984), Watts, Sen, the at-risk-of-poverty family, quintile share, Gini, generalised
// entropy and Atkinson, Lorenz and growth incidence curves, and decompositions of levels and changes.
//
// Every index returns an [Estimate]: the value, and for each observation its linearised variable (influence), so that
// package survey can give the standard error under weights, strata and clusters without knowing the index
// (Deville 1999; Osier 2009). An observation of weight 0 lies outside the domain: its welfare is not read and its
// influence is 0. A domain is therefore a change of weights, never a subset of rows, which would lose clusters.
//
// Welfare may be in any unit per person and period, the line in the same one. A missing welfare is unknown, never 0:
// give it weight 0 and say how many there were.
package poverty
