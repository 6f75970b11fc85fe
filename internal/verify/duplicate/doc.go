// Package duplicate keeps anybody from being registered twice: it finds persons who may be one, asks people to decide,
// and carries out what they decided.
//
// A newcomer is compared with the register before he enters it, on every way there is (a form while it is typed, an act
// by API, each row of a file); a follower of the journal looks at everybody who was written, and a job compares the
// whole register with itself. All of them judge by one model (package linkage), which the register itself taught and
// which learns from decisions.
//
// A pair falls into one of three zones by the cost of being wrong, which the policy pack states: so likely one person
// that only a confirmation is missing, to be reviewed, or different and not kept. Nobody is merged by the program:
// taking one poor person for another costs somebody his help. Who reviews sees both persons side by side, says what
// they are (the same, different, a household that moved, a member of two households, twins, an error in the data) and
// can take it back; a share of the pairs is reviewed once more by somebody who does not know the first decision, and
// how well the two agree is measured (Cohen's kappa).
//
// Nobody learns of persons outside his area more than that somebody alike may live in a certain county: that county can
// be asked, and answers.
//
// Sources: I. P. Fellegi and A. B. Sunter, "A Theory for Record Linkage", JASA 64 (1969), for the zones by cost of error;
// J. Cohen, "A Coefficient of Agreement for Nominal Scales" (1960); operating rules 7.2.
package duplicate
