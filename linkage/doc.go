// Package linkage finds the records that speak of the same person, inside one list or between two, where names are
// misspelt, dates mistyped and numbers missing. It follows the probabilistic theory of record linkage: each field of
// a pair of records agrees to some level, each level carries log2(m/u) bits of evidence (m: how often true matches
// show it; u: how often strangers do), and the sum on top of the prior odds is the probability that the two are one
// person.
//
// A run goes through the same steps whether it has labels or not:
//
//  1. Builder normalises each value once (package script) and stores rows as small integers.
//  2. u comes from random pairs and, for equal values, exactly from their frequencies.
//  3. Blocking rules are chosen on the data itself; oversized blocks are refined, never silently dropped.
//  4. m and the prior are learnt by expectation-maximisation on counts of agreement patterns.
//  5. Pairs are scored, with rare values weighing more, and explained field by field.
//  6. Records are grouped by hybrid linkage, under constraints, or linked one to one.
//
// The same data, options and seed give byte-identical results for any number of workers.
//
// Sources: I. P. Fellegi and A. B. Sunter, "A Theory for Record Linkage", JASA 64 (1969); W. E. Winkler, "Overview
// of Record Linkage and Current Research Directions" (2006); T. Enamorado, B. Fifield and K. Imai, "Using a
// Probabilistic Model to Assist Merging of Large-Scale Administrative Records", APSR 113 (2019); C. K. Chow and
// C. N. Liu, "Approximating Discrete Probability Distributions with Dependence Trees", IEEE IT 14 (1968).
package linkage
