// Package access holds the one access decision of the house: who may do what, where, for which purpose, and which
// fields they see. A role grants verbs and field classes, a grant ties a role to an area for some days, a purpose is
// what the work is for. Decide turns these into a Scope; every query of a room takes a Scope, and the area ranges of
// the Scope become part of the SQL, so that what is out of scope is absent: from pages, lists, counts, searches and
// exports alike.
//
// Field classes: P0 public, P1 operational, P2 personal, P3 special (health, disability, ethnicity), P4 secret
// (identity number, bank account). Roles and their verbs are data: roles.yaml.
package access
