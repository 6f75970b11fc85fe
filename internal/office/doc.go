// Package office is the office itself: who works here. It holds accounts with their one-time activation, sign-in with
// its limits, sessions and tokens, and the grants that tie a person to a role in an area for some days.
//
// An account is a login; the person is the human being behind it, and separation of duties goes by person: whoever
// has two logins has one pair of hands. An administrator manages accounts and never sees a household; nobody grants
// anything to themselves; two roles that exclude each other are not held at once in one place. Disabling an account
// ends its sessions and tokens at once. Everything is written to the journal.
//
// Acts that need a second person (a large export, an erasure, a change of many records) are asked for, agreed to by
// another person and used once: see ApprovalKind for how a room does that. Which step excludes which is the table
// duties.yaml of package access.
//
// Sources: OWASP ASVS 5.0 level 2, chapters 6 (authentication), 7 (sessions) and 8 (authorisation); NIST SP 800-63B
// for passwords: length counts, composition rules do not, known passwords are refused.
package office
