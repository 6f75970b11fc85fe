// Package store is the one door to the databases: SQLite inside by default, PostgreSQL for a province or a nation,
// with one hand-written SQL text ($1, $2 …) that runs unchanged on both.
//
// # Transactions
//
// A write is a closure given to DB.Tx. It may be run again (serialization failure or deadlock on PostgreSQL, a busy
// or failed group on SQLite), so it changes nothing outside the transaction and contains no encryption, no rule
// evaluation and no input or output. An error ends and undoes it. Rows are read to the end before the next statement.
// Nothing inside the closure may call DB.Tx or DB.Query (on SQLite the closure runs in the only writer).
//
// On SQLite one writer groups the waiting closures into one commit, each in a savepoint; the caller is answered only
// after COMMIT. On PostgreSQL each closure is a REPEATABLE READ transaction. An invariant over several rows (exactly
// one head, a quota, two approvers) is kept by bumping ver of the row that owns it: the second of two such
// transactions is run again and sees the first.
//
// Readings are noted before their answer is given, by TxSoon, whose commit does not wait for the disk: with a busy disk
// that wait is longer than all other work of a page. Whatever follows by Tx is stored after them, never without them.
//
// # Values
//
// Times are int64 UTC microseconds or epoch days, money int64 minor units, flags smallint, documents JSON as text
// that SQL never looks into. Text is UTF-8 without NUL on both engines; other text is refused before it is sent.
package store
