// Package procedure is the one case engine: how a matter goes from an application to a decision, by rules that a policy
// pack writes down. A definition has states and transitions between them; a transition says who takes it (a role at a
// level, how many different persons), what has to be shown, and who may not have acted before. A state may be a
// sitting (a village meeting that votes on each case, with quorum and minutes) or a notice (a list on a board that
// hangs for some days, counted from the dated photo of the board, and to which anybody may object). Clocks count
// calendar or working days, turn amber and red, and then the matter is shown one level higher.
//
// Identification, exit, the adjustment of a year, complaint and approval are definitions and no engines. A case keeps
// the definition under which it was opened, by the hash of its pack: a new pack never changes a running case.
//
// Who records does not review, and who reviews does not approve: by person. Of a matter in which a decider has kin of
// the first degree the decision goes one level higher; other kin recuse themselves.
//
// Sources: operating rules of targeted poverty alleviation, 0 (one generic case engine), 1.9 (identification), 1.17
// (life-cycle), 5.1 (exit) and 7.1 (clocks); public disclosure: security and privacy rules, 3.4.
package procedure
