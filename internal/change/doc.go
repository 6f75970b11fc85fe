// Package change carries every change to a record: what somebody submitted, on which version it was based, what the
// checks said, who else had to agree, and what became of it. A change set is one submission by one person from one
// source; it holds a row per subject with the fields that change.
//
// Low-risk fields apply at once. A protected field (as the policy pack marks it) and a submission of more than MaxAlone
// records that is no import wait for a second person: who submitted is never who decides, by person and not by account. An interactive edit of a record that has moved on is
// refused as stale (412); a submission that was made apart from the register (offline, a file, another department)
// is kept as a conflict with all three values: what it was based on, what it says, what is stored now.
package change
