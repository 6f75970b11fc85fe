// Package identify finds out who is poor. It judges a household by a policy pack: welfare (income or consumption) per
// head or per adult equivalent, computed by the pack's formula, against the pack's poverty line for the date and the
// area. The answer is poor, not poor, or cannot say — and then with the inputs that would have to be asked — always
// with the reason in words and the figures it rests on.
//
// An assessment is not a decision. It never writes a household's status: that comes from the village meeting, the
// notices and the offices above it (package procedure). An assessment keeps pack version, line and inputs, so that it
// can be explained and judged again under another pack.
//
// Welfare and lines follow the measurement notes, section 2.1 (household consumption or income over members or adult
// equivalents, in the line's unit); whether a household that stands exactly on the line is poor is the pack's choice.
package identify
