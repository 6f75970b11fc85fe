package campaign

import (
	"rightkey/internal/clock"
)

// Campaign is one round of visits.
type Campaign struct {
	ID, Area    int64
	Design      string // code in the pack
	Kind        Kind
	Method      Method
	Pack        string // hash of the pack whose design holds
	State       State
	Starts, Due clock.Day
	Seed        uint64
	Frame       string // hash of the households from which was chosen
	Account     int64  // who planned it
	Holder      string
	Created     clock.Time
	Closed      clock.Time // 0 while it runs
	Ver         int64
}

// Method is how a campaign's households are chosen.
type Method string

// The methods.
const (
	Everybody Method = "all"    // every household of the area
	Sampled   Method = "sample" // by lot within strata
	Planned   Method = "plan"   // whose visit is expected to lower the error most, and a share by lot
)

// Methods are all methods.
var Methods = []Method{Planned, Sampled, Everybody}

// State is how far a campaign is.
type State string

// The states.
const (
	Preparing State = "preparing" // its households are being written
	Running   State = "running"
	Closed    State = "closed"
)

// Standing is where a household stood on the register when it was drawn.
type Standing string

// The standings.
const (
	Registered Standing = "registered"
	Exited     Standing = "exited"
	Others     Standing = "others" // never registered, or no longer
)

// Standings are all standings.
var Standings = []Standing{Registered, Exited, Others}

// Stratum is a part of a campaign's frame.
type Stratum struct {
	Name                string
	Area                int64 // the level below the campaign's; its own in an audit
	Standing            Standing
	Households, Persons int64
	Believed            float64 // how many of the households were believed to be errors
}

// Team are the officials who go together. Base is the area in which they do not judge, 0 for none.
type Team struct {
	Number  int64
	Members []Official
	Base    int64
}

// Official is a member of a team.
type Official struct {
	Account int64
	Holder  string
}

// Task is a household of a campaign.
type Task struct {
	Home, Campaign, Household int64
	Number, HeadName          string // HeadName is empty where the reader may not see names
	Area                      int64  // where it lives now
	Place                     int64  // where it lived when it was drawn
	Persons                   int64
	Stratum                   string
	Standing                  Standing
	Chance, Believed          float64
	Official                  string // the person who answered for it
	Recorder                  int64  // the account that wrote it last
	Source                    string // the way by which that came
	Rule                      string // version of the pack that judged it
	Line                      int64  // minor units a head, 0 where unknown
	Team, Second              int64
	State                     Progress
	Verdict                   Verdict
	Correct                   bool // answers differ from the register
	Clear                     bool // what was seen lies further from the line than the band
	Visited                   clock.Day
	Case                      int64     // that follows from it
	Landing                   clock.Day // until which a removed household keeps what it gets, 0 for none
	Appeal                    Appeal
	Appealed                  clock.Day
	Ver                       int64
}

// Progress is how far a household's visit is.
type Progress string

// The states of a task.
const (
	Waiting  Progress = "waiting"
	Absent   Progress = "absent"   // nobody was at home: to be visited again
	Again    Progress = "again"    // the second team has to go too
	Disputed Progress = "disputed" // two judged differently: the meeting decides
	Refused  Progress = "refused"
	Gone     Progress = "gone" // does not live there any more
	Done     Progress = "done"
)

// Progresses are all states of a task.
var Progresses = []Progress{Waiting, Absent, Again, Disputed, Refused, Gone, Done}

// Open says whether somebody has to go there.
func (p Progress) Open() bool { return p == Waiting || p == Absent || p == Again }

// Verdict is what somebody who saw a household says of it.
type Verdict string

// The verdicts.
const (
	Unsaid  Verdict = ""
	Poor    Verdict = "poor"
	NotPoor Verdict = "not_poor"
)

// Wrong says whether a household that stands there stands on the wrong side.
func (v Verdict) Wrong(at Standing) bool {
	return v == NotPoor && at == Registered || v == Poor && at != Registered
}

// Outcome is what became of a visit.
type Outcome string

// The outcomes.
const (
	Seen      Outcome = "seen"
	NotHome   Outcome = "absent"
	NotWanted Outcome = "refused"
	Moved     Outcome = "gone"
)

// Outcomes are all outcomes.
var Outcomes = []Outcome{Seen, NotHome, NotWanted, Moved}

// Appeal is a household's objection to what was found.
type Appeal string

// The states of an appeal.
const (
	NoAppeal  Appeal = ""
	Raised    Appeal = "raised"
	Upheld    Appeal = "upheld"    // what was found does not stand; the household is visited again
	Dismissed Appeal = "dismissed" // it stands
)

// Result is what a look-back says of a household.
type Result string

// The results.
const (
	Keep    Result = "keep"
	Add     Result = "add"
	Remove  Result = "remove"
	Correct Result = "correct" // it stands where it belongs; what is written of it has to be put right
)

// Results are all results.
var Results = []Result{Keep, Correct, Add, Remove}

// Result is what follows for a household that was judged; empty while it was not.
func (t Task) Result() Result {
	switch {
	case t.State != Done || t.Verdict == Unsaid:
		return ""
	case t.Verdict.Wrong(t.Standing) && t.Standing == Registered:
		return Remove
	case t.Verdict.Wrong(t.Standing):
		return Add
	case t.Correct:
		return Correct
	}
	return Keep
}
