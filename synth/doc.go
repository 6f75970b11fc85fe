// Package synth makes a synthetic county in which the truth is known: villages, households with their members,
// dwelling, land and income by source, of which some are poor and of those some are missing from the register while
// others stand on it wrongly. Targeting, matching and the measurement of error are tested on it, and the
// demonstration shows it; nobody in it exists.
//
// The proportions are our assumptions about a poor rural county (few workers, illness, schooling and remoteness make
// a household poor), not estimates from a survey; what is known of a real county, its size, mean household size,
// poverty rate and line, is given in the Spec and kept exactly. Names, places, occupations and codes are data of the
// caller. The method is that of microsimulation with ranks: every household gets a score from its traits and chance,
// the lowest of each village's quota are poor, and income rises with the score from there.
//
// Equal specs give equal households on one kind of machine; the last digit of a floating-point sum may differ between
// processor architectures.
package synth
