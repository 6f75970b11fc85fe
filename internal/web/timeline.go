package web

// Timeline is what has happened to a record, newest first, each with its evidence.
type Timeline struct {
	Label  string
	Events []Event
	More   string // address of older events
}

// Event is one thing that happened.
type Event struct {
	When   string // as shown
	Moment string // as RFC 3339, for machines; may be empty
	Title  string
	Who    string
	Text   string
	Href   string // the evidence
	Badge  *Badge
}
