// Package path walks, as people do, the way of a statistics office from an empty machine to a list of who is poor: the
// program itself makes a database and serves it, and a real Chromium does the rest, page by page, on both databases:
// activation, areas, policy pack, users, a survey through the import, a household, identification, export, and a
// change that needs two persons. Every page on the way is checked for accessibility on a phone and on a desk; with
// RIGHTKEY_SCREENSHOTS=FOLDER each is kept as a picture.
package path
