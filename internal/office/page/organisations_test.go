package page_test

import (
	"strings"
	"testing"
)

func TestOrganisationsAreRegisteredChangedFoundAndEnded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		boss := h.boss(t)
		installed := boss.post("/packs/install", "pack", h.pack).want(t, 200)
		boss.post(installed.path+"/use", "since", "2000-01-01").want(t, 200)
		north, south := h.invited(t, boss, "north", "county-office", "N"), h.invited(t, boss, "south", "county-office", "S")
		analyst := h.invited(t, boss, "analyst", "analyst", "N")

		north.get("/organisations").want(t, 200, "No organisations here", "Register an organisation")
		north.get("/organisations/new").want(t, 200, "cooperative")
		north.post("/organisations", "name", "", "kind", "cooperative", "area", "U", "from", "2010-01-01").want(t, 400, "1 to 200")
		north.post("/organisations", "name", "Tea", "kind", "guild", "area", "U", "from", "2010-01-01").want(t, 400, "Choose a kind.")
		north.post("/organisations", "name", "Tea", "kind", "cooperative", "area", "S", "from", "2010-01-01").want(t, 400, "no such area")
		north.post("/organisations", "name", "Tea", "kind", "cooperative", "area", "U", "from", "2010-01-01", "to", "2009-01-01").want(t, 400, "before the first")
		tea := north.post("/organisations", "name", "Upper <b> Tea Growers", "kind", "cooperative", "area", "U", "from", "2010-01-01", "phone", "0851 123", "identifier.credit_code", "91-X").
			want(t, 200, "Saved.", "Upper &lt;b&gt; Tea Growers", "91-X", "0851 123")

		south.get("/organisations").want(t, 200, "No organisations here")
		south.get(tea.path).want(t, 404)
		analyst.get("/organisations?q=tea+GROWERS").want(t, 200, "Tea Growers")
		analyst.get("/organisations/new").want(t, 403)
		analyst.get("/organisations?colour=red").want(t, 400)

		number := tea.path[len("/organisations/"):]
		north.get(tea.path+"/edit").want(t, 200, "2010-01-01", `value="U"`)
		north.post(tea.path, "ver", "1", "name", "Upper Tea", "kind", "cooperative", "area", "U", "from", "2010-01-01", "parent", number).want(t, 400, "cannot belong to itself")
		north.post(tea.path, "ver", "1", "name", "Upper Tea", "kind", "cooperative", "area", "U", "from", "2010-01-01", "to", "2014-06-30").want(t, 200, "Upper Tea", "30 Jun 2014")
		north.post(tea.path, "ver", "1", "name", "Other", "kind", "cooperative", "area", "U", "from", "2010-01-01").want(t, 412)
		south.post(tea.path, "ver", "2", "name", "Taken", "kind", "cooperative", "area", "S", "from", "2010-01-01").want(t, 404)
		north.get("/organisations").want(t, 200, "No organisations here")
		north.get("/organisations?ended=1").want(t, 200, "Upper Tea", "until 30 Jun 2014")
		file := north.get("/organisations/file?format=csv&ended=1").want(t, 200, "number,name,kind,area", "Upper Tea,cooperative,U", "identifier.credit_code")
		if kind := file.header.Get("Content-Disposition"); kind != `attachment; filename="organisations.csv"` {
			t.Errorf("the file leaves as %q", kind)
		}
		if book := north.get("/organisations/file?format=xlsx&ended=1").want(t, 200); !strings.HasPrefix(book.text, "PK") {
			t.Error("the spreadsheet is none")
		}
		if other := south.get("/organisations/file?format=csv&ended=1").want(t, 200); strings.Contains(other.text, "Upper") {
			t.Error("another county's organisations left")
		}
		analyst.get("/organisations/load").want(t, 403)
		north.get("/organisations/load").want(t, 200, "Load organisations", "identifier.credit_code")
		boss.get("/journal").want(t, 200, "Organisations exported")
		north.get("/journal").want(t, 200, "Organisation registered", "Organisation changed")
	})
}
