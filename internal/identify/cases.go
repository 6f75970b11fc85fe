package identify

import "rightkey/internal/procedure"

// CaseWords are what conditions of procedures see of a case of this room besides the household: its newest assessment
// (verdict: poor, not_poor or unknown), and how many more persons may be registered where it lives under the quota.
var CaseWords = procedure.Words{Figures: []string{"quota_left"}, Texts: []string{"verdict"}}
