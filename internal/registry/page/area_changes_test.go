package page_test

import "testing"

func TestChangesOfAreasAreAnnouncedByTheirAdministrators(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		reef, kelp := h.reef(t), h.find(t, "12001001")
		const path = "/area-changes"
		h.Get(t, admin, path).Want(t, 200, "No change of an area was announced", "Announce a change", `name="households"`)
		h.Get(t, office, path).Want(t, 403) // who may not
		h.Post(t, admin, path, "kind", "rename", "from", "nowhere", "day", "soon").Want(t, 400, "There is no such area.", "This is not a day.", `role="alert"`)
		h.Post(t, admin, path, "kind", "rename", "from", "11001001", "day", "2015-01-10").Want(t, 400, "Say the new code or name.")
		h.Post(t, admin, path, "kind", "split", "from", "11001001", "to", "11001002", "day", "2015-01-10", "households", reef.Number+"\n"+kelp.Number).Want(t, 400, "Number 2 is no household of this area.") // not all of the area
		h.Post(t, admin, path, "kind", "split", "from", "11001001", "to", "11001002", "day", "2015-01-10", "households", reef.Number).Want(t, 303)
		h.Get(t, admin, path).Want(t, 200, "gives households to a new area", "waits for its day", "Reef · 11001001", "/areas/11001002").Without(t, reef.Number)
		h.Post(t, admin, path, "kind", "move", "from", "11001001", "to", "12001001", "day", "2015-01-10").Want(t, 400, "announced already")
	})
}
