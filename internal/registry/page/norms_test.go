package page_test

import "testing"

func TestIncomeIsFilledInFromTheNormsOfTheYear(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		file := "/households/" + h.find(t, "11001001").Number
		h.get(t, clerk, file).want(t, "the file", 200, "Fill in by norms", file+"/worksheet?year=2013")
		h.get(t, clerk, file+"/worksheet?year=2013").want(t, "without norms", 200, "No area says what this yields").without(t, "without norms", `name="reason"`)
		form := h.get(t, office, "/norms?area=11&year=2013").want(t, "norms", 200, "Oats", "sheaves", `name="oats.yield"`, `name="ver" value="0"`)
		h.post(t, office, "/norms", "area", "11", "year", "2013", "ver", "0", "oats.yield", "many", "oats.price", "1").want(t, "refused", 400, "This is not a number that can be taken.", `value="many"`)
		h.post(t, office, "/norms", "area", "11", "year", "2013", "ver", hidden(t, form.body, "ver"), "oats.yield", "30", "oats.price", "1.01").want(t, "save", 303)
		h.get(t, office, "/norms?area=11&year=2013").want(t, "saved", 200, `value="1.01"`, `name="ver" value="1"`)
		h.get(t, office, "/norms?area=11001001&year=2013").want(t, "the village", 200, "yield 30, price 1.01, cost unknown")
		h.get(t, south, "/norms?area=11&year=2013").want(t, "out of scope", 404)
		h.get(t, clerk, file+"/worksheet?year=2013").want(t, "worksheet", 200, "Land under oats 2.5 × 30 sheaves × 1.01 HAV = 75.75 HAV", `value="75.75"`)
		h.post(t, clerk, file+"/worksheet", "year", "2013", "oats.income", "70", "reason", "").want(t, "no reason", 400, "Say why", `value="70"`)
		saved := h.post(t, clerk, file+"/worksheet", "year", "2013", "oats.income", "70", "reason", "season")
		saved.want(t, "accept", 303)
		now := h.get(t, clerk, saved.location()).want(t, "saved", 200, "70.00", "By the norm")
		h.get(t, clerk, entryLink(t, now.body, "Farm")).want(t, "how it was computed", 200, "= 75.75 HAV")
		h.get(t, clerk, file+"/worksheet?year=2013").want(t, "again", 200, "Entered already").without(t, "again", `name="reason"`)
		h.get(t, auditor, file+"/worksheet").want(t, "auditor", 403)
		h.get(t, south, file+"/worksheet").want(t, "out of scope", 404)
	})
}

func TestNormsGoOutAndComeInAsAFile(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		send := func(account int64, name, content string) answer {
			return h.sendTo(t, account, "/norms/file", name, content, "area", "11", "year", "2013")
		}
		send(office, "norms.csv", "product,yield,price\noats,30,1.01\n").want(t, "taken", 200, "The file was taken", "1 rows: 1 new", `value="1.01"`)
		file := h.get(t, office, "/norms/file?area=11&year=2013").want(t, "download", 200, "11,North,2013,oats,Oats,sheaves,30,1.01,")
		send(office, "norms.csv", file.body).want(t, "again", 200, "0 new, 0 changed")
		send(office, "norms.csv", "product,yield\nwhales,1\ngoats,many\n").want(t, "refused", 400, "Nothing was stored", "There is no such product", "This is not a number from 0 to 1,000,000", "2 rejected")
		send(office, "norms.csv", "crop\noats\n").want(t, "another file", 400, "needs the column product")
		send(office, "", "").want(t, "no file", 400, "Choose a file.")
		send(auditor, "norms.csv", file.body).want(t, "auditor", 403)
		h.get(t, south, "/norms/file?area=11&year=2013").want(t, "out of scope", 404)
	})
}
