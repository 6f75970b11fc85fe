// Package synth makes synthetic populations in which the truth is known: villages, households with their members,
// dwelling, possessions, land, income by source and consumption, of which some are poor; and a register of them with
// mistakes of which each is known: who stands on it wrongly or wrongly not and by which mechanism, names and numbers
// that are wrong, people who are registered twice, dead or gone, kin of officials; and departments' lists with
// namesakes, things sold and not transferred, and what is entered late. Targeting, matching and the measurement of
// error are tested on it, and the demonstration shows it; nobody in it exists.
//
// The proportions are our assumptions about a poor rural county (few workers, illness, schooling and remoteness make
// a household poor), not estimates from a survey; what is known of a real population is given in the Spec and kept: its
// size, mean household size, poverty rate and line exactly, the share of the variance of welfare that lies between
// villages and the shares of the sources of income closely. Names, places, occupations and codes are data of the
// caller. The method is that of microsimulation with ranks: every household gets a score from its traits and chance,
// the lowest of each village's quota are poor, and welfare rises with the score from there. Part of chance lasts and is
// seen in what a household has, so that a proxy means test finds about as much as on real surveys.
//
// Every village has dice of its own: villages may be made at once and in any order, and a country of any size needs
// the memory of its areas and of a few villages. Equal specs give equal households on one kind of machine; the last
// digit of a floating-point sum may differ between processor architectures.
package synth
