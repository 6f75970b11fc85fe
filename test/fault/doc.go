// Package fault holds no code: its tests are the bad days of an office. The power goes in the middle of an import or
// an edit (kill -9 at random points), a second program is started on the same file, the disk is full, the database
// server restarts, the service is stopped for the night. Each runs the real program and then asks the database itself,
// by SQL, for what was promised: every answer that a client had received is there, nothing is half-applied, work goes
// on by itself where it was left, and its counts and its register are those of an import that nobody disturbed.
//
// The points at which processes are killed come from a seed that every run prints; RIGHTKEY_FAULT_SEED repeats one,
// RIGHTKEY_FAULT_POINTS asks for more of them.
package fault
