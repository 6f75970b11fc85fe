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
		h.Get(t, office, "/changes").Want(t, 200, path, "Boats and nets", "person-3", "Waiting (1)", "Reef, Cove")
		h.Get(t, office, path).Want(t, 200, "Stored now", "Submitted", "Standing", "needs a second person", "Apply to the register", "Return to person-3 with comment", "visit")
		own := h.Get(t, clerk, path).Want(t, 200, "You submitted this change yourself", "Withdraw my change")
		own.Without(t, "Apply to the register")
		h.Get(t, village, path).Want(t, 200, "Your role may look at this change").Without(t, "Apply to the register", "Withdraw")
		h.Get(t, south, path).Want(t, 404) // out of scope
		h.Get(t, analyst, path).Want(t, 403)
		h.Get(t, office, "/changes/x").Want(t, 404)
		h.Post(t, clerk, path+"/approve", "ver", ver).Want(t, 403) // approving one's own
		h.Post(t, village, path+"/approve", "ver", ver).Want(t, 403)
		h.Post(t, south, path+"/approve", "ver", ver).Want(t, 404) // out of scope
		h.Post(t, office, path+"/approve").Want(t, 428)
		h.Post(t, office, path+"/approve", "ver", "9").Want(t, 412, "Somebody else has changed this") // a stale version
		if back := h.Post(t, office, path+"/approve", "ver", ver, "comment", "seen").Want(t, 303); back.Location() != path {
			t.Errorf("after deciding one is at %s", back.Location())
		}
		h.Get(t, office, path).Want(t, 200, "applied", "seen").Without(t, "Apply to the register")
		h.Post(t, second, path+"/return", "ver", "2", "comment", "no").Want(t, 409, "not possible in its present state")
		h.Get(t, office, "/changes?state=decided").Want(t, 200, path)
		h.Get(t, office, "/changes?state=lost").Want(t, 400) // no such state
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
		h.Post(t, office, path+"/return", "ver", "1").Want(t, 400, "Say why you return it")
		h.Post(t, office, path+"/return", "ver", "1", "comment", "which day?").Want(t, 303)
		h.Get(t, clerk, path).Want(t, 200, "returned", "which day?")
		set = h.submit(t, clerk, change.Page, "11001001", 0, nil, change.Values{"status": "refloated"})
		path = fmt.Sprint("/changes/", set.ID)
		h.Post(t, office, path+"/withdraw", "ver", "1").Want(t, 403)
		h.Post(t, clerk, path+"/withdraw", "ver", "1").Want(t, 303)
		h.Get(t, clerk, path).Want(t, 200, "withdrawn")
	})
}

func TestAConflictIsSettledFieldByField(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		before := h.find(t, "11001001").Ver
		h.submit(t, clerk, change.Page, "11001001", 0, nil, change.Values{"drift_nets": int64(5)})
		set := h.submit(t, clerk, change.Offline, "11001001", before, change.Values{"drift_nets": int64(3)}, change.Values{"drift_nets": int64(7)})
		path, ver := fmt.Sprint("/changes/", set.ID), strconv.FormatInt(set.Ver, 10)
		h.Get(t, office, "/changes?state=conflict").Want(t, 200, path, "device without network")
		h.Get(t, office, path).Want(t, 200, "the submitter saw: 3", "changed by somebody else meanwhile", "Keep what is stored: 5", "Take what was submitted: 7", "<del>5</del>", "<ins>7</ins>")
		h.Post(t, office, path+"/resolve", "ver", ver).Want(t, 400, "Choose a value for every field")
		h.Post(t, office, path+"/resolve", "ver", ver, "c.0.drift_nets", "mine").Want(t, 303)
		h.Get(t, office, "/households/"+h.find(t, "11001001").Number).Want(t, 200, "<bdi>7</bdi>")
	})
}

func TestAWaitingChangeOfARecordThatMovedOnBecomesAConflict(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		set := h.submit(t, clerk, change.Page, "11001001", 0, nil, change.Values{"status": "refloated"})
		h.submit(t, clerk, change.Page, "11001001", 0, nil, change.Values{"drift_nets": int64(5)})
		path := fmt.Sprint("/changes/", set.ID)
		h.Post(t, office, path+"/approve", "ver", "1").Want(t, 412, "Choose for every field", "Apply the chosen values")
	})
}
