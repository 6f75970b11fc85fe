// Package quality finds what cannot be right in the register: a household with two heads, a cause "disability" where
// nobody is disabled, wages where nobody works, the same identity in two households. Whoever answers for the data gets
// the problem on a list, with a date by which it is to be settled, and the list shows where the data are still wrong.
//
// The rules are the policy pack's (section quality): each has a code, a condition, a severity, a text in the pack's
// languages, the role that settles it and within how many days. Malformed answers are refused where they enter and
// never come here; what the checks of items find on stored answers (provisional or problem) is listed beside the
// rules. Rules that no single file can decide are kinds of this package: the same identity in two households, a value
// shared by more than n of them, a figure far above the area's median. Another looks at no household at all: what the
// form of an area states is compared with what the register counts there, and the problem is the area's.
//
// A problem is found by the program and settled by the data: when its rule no longer fires it is fixed by itself, and
// comes back when the rule fires again. A person may claim it, assign it, or accept it with a reason; accepting a
// provisional one, which blocks benefit, takes a second person.
//
// Who may see a problem may see the fields that its rule looks at: a rule on health is as special as health itself.
//
// Source: the data-quality rules of the national system and of provincial systems that were really run (operating
// rules 7.2, 7.6).
package quality
