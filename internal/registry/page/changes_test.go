package page_test

import (
	"fmt"
	"strconv"
	"testing"

	"rightkey/internal/change"
)

func TestAWaitingChangeIsReviewedSideBySideAndApplied(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		set := h.submit(t, clerk, change.Page, "11001001", 0, nil, change.Values{"status": "refloated"})
		path, ver := fmt.Sprint("/changes/", set.ID), strconv.FormatInt(set.Ver, 10)
		h.get(t, office, "/changes").want(t, "list", 200, path, "Boats and nets", "person-3", "Waiting (1)", "Reef, Cove")
		h.get(t, office, path).want(t, "review", 200, "Stored now", "Submitted", "Standing", "needs a second person", "Apply to the register", "Return to person-3 with comment", "visit")
		own := h.get(t, clerk, path).want(t, "one's own", 200, "You submitted this change yourself", "Withdraw my change")
		own.without(t, "one's own", "Apply to the register")
		h.get(t, village, path).want(t, "village", 200, "Your role may look at this change").without(t, "village", "Apply to the register", "Withdraw")
		h.get(t, south, path).want(t, "out of scope", 404)
		h.get(t, analyst, path).want(t, "analyst", 403)
		h.get(t, office, "/changes/x").want(t, "no number", 404)
		h.post(t, clerk, path+"/approve", "ver", ver).want(t, "approving one's own", 403)
		h.post(t, village, path+"/approve", "ver", ver).want(t, "village", 403)
		h.post(t, south, path+"/approve", "ver", ver).want(t, "out of scope", 404)
		h.post(t, office, path+"/approve").want(t, "without version", 428)
		h.post(t, office, path+"/approve", "ver", "9").want(t, "a stale version", 412, "Somebody else has changed this")
		if back := h.post(t, office, path+"/approve", "ver", ver, "comment", "seen").want(t, "approve", 303); back.location() != path {
			t.Errorf("after deciding one is at %s", back.location())
		}
		h.get(t, office, path).want(t, "decided", 200, "applied", "seen").without(t, "decided", "Apply to the register")
		h.post(t, second, path+"/return", "ver", "2", "comment", "no").want(t, "deciding twice", 409, "not possible in its present state")
		h.get(t, office, "/changes?state=decided").want(t, "decided", 200, path)
		h.get(t, office, "/changes?state=lost").want(t, "no such state", 400)
		if h.events(t, "change.read") == 0 {
			t.Error("reading a change is not journalled")
		}
	})
}

func TestAChangeIsReturnedWithACommentOrWithdrawn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		set := h.submit(t, clerk, change.Page, "11001001", 0, nil, change.Values{"status": "refloated"})
		path := fmt.Sprint("/changes/", set.ID)
		h.post(t, office, path+"/return", "ver", "1").want(t, "without comment", 400, "Say why you return it")
		h.post(t, office, path+"/return", "ver", "1", "comment", "which day?").want(t, "return", 303)
		h.get(t, clerk, path).want(t, "returned", 200, "returned", "which day?")
		set = h.submit(t, clerk, change.Page, "11001001", 0, nil, change.Values{"status": "refloated"})
		path = fmt.Sprint("/changes/", set.ID)
		h.post(t, office, path+"/withdraw", "ver", "1").want(t, "somebody else's", 403)
		h.post(t, clerk, path+"/withdraw", "ver", "1").want(t, "withdraw", 303)
		h.get(t, clerk, path).want(t, "withdrawn", 200, "withdrawn")
	})
}

func TestAConflictIsSettledFieldByField(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		before := h.find(t, "11001001").Ver
		h.submit(t, clerk, change.Page, "11001001", 0, nil, change.Values{"drift_nets": int64(5)})
		set := h.submit(t, clerk, change.Offline, "11001001", before, change.Values{"drift_nets": int64(3)}, change.Values{"drift_nets": int64(7)})
		path, ver := fmt.Sprint("/changes/", set.ID), strconv.FormatInt(set.Ver, 10)
		h.get(t, office, "/changes?state=conflict").want(t, "list", 200, path, "device without network")
		h.get(t, office, path).want(t, "review", 200, "the submitter saw: 3", "changed by somebody else meanwhile", "Keep what is stored: 5", "Take what was submitted: 7", "<del>5</del>", "<ins>7</ins>")
		h.post(t, office, path+"/resolve", "ver", ver).want(t, "no choice", 400, "Choose a value for every field")
		h.post(t, office, path+"/resolve", "ver", ver, "c.0.drift_nets", "mine").want(t, "resolve", 303)
		h.get(t, office, "/households/"+h.find(t, "11001001").Number).want(t, "after", 200, "<bdi>7</bdi>")
	})
}

func TestAWaitingChangeOfARecordThatMovedOnBecomesAConflict(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		set := h.submit(t, clerk, change.Page, "11001001", 0, nil, change.Values{"status": "refloated"})
		h.submit(t, clerk, change.Page, "11001001", 0, nil, change.Values{"drift_nets": int64(5)})
		path := fmt.Sprint("/changes/", set.ID)
		h.post(t, office, path+"/approve", "ver", "1").want(t, "approve", 412, "Choose for every field", "Apply the chosen values")
	})
}
