// Package journal remembers everything: each command appends one event per subject it touched, in its own
// transaction. An event's header says who, in which role, when, from where, why, what kind of act, on which subject
// and between which versions; its body says what changed. The header holds a commitment to the body,
// H(salt ‖ body), so that body and key can be erased (a person's right) and the log still verifies.
//
// Personal values of a body are sealed under the subject's data key; destroying that key makes them unreadable in
// the database and in every backup. Reading personal data is an event too: one a page view, with the identifiers
// that were shown, and the page is sent only after it is stored.
//
// Every consumer of the journal reads events in the dense order that a sealer gives them, never by time or number.
package journal
