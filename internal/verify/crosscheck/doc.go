// Package crosscheck compares the register with what other departments of the state know: who owns a car, a house in
// town or a firm, who is paid from public money, who died, who gets other help.
//
// What a policy pack checks stands in its section checks: the list and its department, the legal basis, what the list
// says of each thing, the rule that decides whether it matters (with dates and value), its effect (veto, review, a
// correction of the roster, an attribute, a sign of risk), and the codes by which a hit is explained and acted on.
//
// A department is asked in one of two ways. By a request the county sends minimal identifiers, sealed to the
// department's key, with a token a row, and gets back what is known of each token: the department learns nothing it
// need not, and the county learns nothing of other people. Where that is not possible, a whole list comes as a file.
// Either way it is kept where it came from, by what right, and until when: on that day its rows and what leads hold of
// them are deleted.
//
// A row is matched by its identity number, which must agree with name and birth, or by name and birth; persons of one
// name make each other less likely, and "nobody of the register" is one of the answers. What matches two is shown as
// ambiguous, never as a hit.
//
// A hit is a lead: new, assigned, explained or confirmed with evidence, and acted on by a second person. It changes
// nothing of the register: who is to leave leaves by the procedure that everybody leaves by.
//
// The register itself shows some things too, without any list: declared kin of officials, in-laws among them, and the
// households to which members of theirs moved; what officials did in matters of these households, as the journal tells it,
// officials of former days among them; one telephone in several households; houses at one point, photos of them taken at
// one point though they are no neighbours, and photos taken far from their house. They become leads of the same kind. Some are about many records at once: a village of which more or fewer households are on the
// register than their welfare predicts; an account whose interviews repeat each other, or whose incomes are round or heap
// just below the line. What is usual is told by the other villages and accounts.
//
// Sources: operating rules 1.13 (X01 to X10), 1.14, 7.3; linkage 3.7 for matching with "no match" and for leads;
// RFC 9180 (HPKE) for sealing.
package crosscheck
