// Package precision measures how wrong a register of the poor is, and plans the visits that make it right. It works on
// plain values: households as the register knows them, what visits found, and who was drawn by lot.
//
// There are three truths. By welfare, a household is poor whose income or consumption lies below the line. By the
// standard, it is poor by the rule of the policy on true facts. Adjudicated is what two independent visits and, where
// they differ, the meeting of the village find. Against each of them a register errs in two ways: it includes who is
// not poor, and it misses who is. An error is clear if the household is further from the line than a band, raw
// otherwise; both are counted in households and in persons.
//
//	inclusion error        registered and not poor / registered
//	missing rate F4        poor and not registered / not registered
//	comprehensive rate F6  (registered + F4 × not registered + F5 × exited) / rural population
//
// A visit is evidence and not truth. Belief holds for every household how likely each welfare is: a normal density
// about the score and the village's effect, tilted by what standing on the register (or not) and other signals tell,
// times the likelihood of every finding. The spread, the effects of villages and enumerators and the tilts are learnt
// from visits by penalised maximum likelihood given the household's status and score; who is visited may depend on
// these and on nothing else. A household's standing changes only after a visit, and only to what is then likelier by
// cost: the expected error never rises by a visit.
//
// A Planner spends visits batch by batch: a share by lot with known chances, the rest where a visit is expected to
// lower the cost of errors most. A Track turns the draws by lot into estimates of the errors that are left, by
// difference from what was believed before each draw (Särndal, Swensson and Wretman 1992, chapter 6), valid whatever
// the model is worth; it gives the interval without the model too. A closing audit, drawn after the corrections, says
// "under 2 %" only where the exact one-sided bound does (Clopper and Pearson 1934).
package precision
