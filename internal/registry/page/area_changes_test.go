package page_test

import "testing"

func TestChangesOfAreasAreAnnouncedByTheirAdministrators(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef, kelp := h.reef(t), h.find(t, "12001001")
		const path = "/area-changes"
		h.get(t, admin, path).want(t, "empty", 200, "No change of an area was announced", "Announce a change", `name="households"`)
		h.get(t, office, path).want(t, "who may not", 403)
		h.post(t, admin, path, "kind", "rename", "from", "nowhere", "day", "soon").want(t, "unreadable", 400, "There is no such area.", "This is not a day.", `role="alert"`)
		h.post(t, admin, path, "kind", "rename", "from", "11001001", "day", "2015-01-10").want(t, "no name", 400, "Say the new code or name.")
		h.post(t, admin, path, "kind", "split", "from", "11001001", "to", "11001002", "day", "2015-01-10", "households", reef.Number+"\n"+kelp.Number).want(t, "not all of the area", 400, "Number 2 is no household of this area.")
		h.post(t, admin, path, "kind", "split", "from", "11001001", "to", "11001002", "day", "2015-01-10", "households", reef.Number).want(t, "split", 303)
		h.get(t, admin, path).want(t, "listed", 200, "gives households to a new area", "waits for its day", "Reef · 11001001", "/areas/11001002").without(t, "listed", reef.Number)
		h.post(t, admin, path, "kind", "move", "from", "11001001", "to", "12001001", "day", "2015-01-10").want(t, "twice", 400, "announced already")
	})
}
