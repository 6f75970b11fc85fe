// Package mirror keeps what dashboards, maps and simulations ask for in columns in memory: a row for each household,
// sorted by area, a column for each status, cause, size or amount that a room or the item dictionary of a policy pack
// contributes. A nation of thirty million households is counted by county and status in some tens of milliseconds,
// one county in microseconds, without roll-up tables and without a second database.
//
// What is published is immutable: a Table of chunks that readers scan without locks. One writer applies changes in
// batches. A changed row is written into a copy of its chunk; a new or moved row goes into a small tail; when more
// than one row in twenty has left its place all is merged anew. A reader sees either the table before a batch or
// after it, never between.
//
// The mirror decides nothing about access: a Query carries the area ranges of an access decision, and rows outside
// them are not counted.
package mirror
