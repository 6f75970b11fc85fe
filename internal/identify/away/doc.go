// Package away carries a village meeting to where there is no network, and back. The office that calls the meeting
// downloads one spreadsheet for the village: the agenda, the households before the meeting with their members, and what
// has to be written down. It is filled in at the meeting, household by household, and comes back as one file with the
// photo of the signed minutes; then the meeting is closed as if it had been held before the screen, on the day on which
// it was held.
//
// The register knows its own file again: every row carries a proof that nobody else can make. A file that comes back
// twice changes nothing, and a household whose case has moved on meanwhile is named and left out.
//
// Source: operating rules 6.3 (village deliberation; the operator's export file for places without network, upload of
// minutes and of the list by name is mandatory) and 1.9 (quorum, votes, minutes).
package away
