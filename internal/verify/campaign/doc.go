// Package campaign sends people to households to see whether the register is right, and says how wrong it is.
//
// A campaign has a design, which the policy pack states: a look-back at what was registered, a blind re-visit by
// evaluators who do not know the verdict, or a closing audit after the corrections. Its households are all of an area,
// a stratified sample drawn by lot from a seed, or those whose visit is expected to lower the error most (package
// precision), with a share by lot. Seed and hash of the frame are kept: anybody can draw again.
//
// Each household belongs to a team; none judges where it comes from, and a share is visited once more by another team,
// which shows how well two agree (kappa). A household that two judge differently goes to the meeting of its village.
// What was found is one of four: keep, add, remove, correct. Nothing follows by itself: a removal or an admission is a
// case of a procedure, with its vote and notice, and who was heard by the appeal window may speak first. What a
// household gets goes on for the days of the soft landing.
//
// Errors are estimated from the households drawn by lot alone, with intervals, by area, official, recorder, version of
// the rules and source. After a closing audit "under 2 %" is said only where the exact one-sided bound says so; a
// household of it that nobody saw counts as an error.
//
// Sources: operating rules 1.12 (look-back), 5.4 and 5.5 (rates, samples of evaluations), 4.7 (concentrated sweeps).
package campaign
