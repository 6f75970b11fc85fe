package page_test

import (
	"testing"

	"rightkey/test/visitor"
)

func TestIncomeIsFilledInFromTheNormsOfTheYear(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		file := "/households/" + h.find(t, "11001001").Number
		h.Get(t, clerk, file).Want(t, 200, "Fill in by norms", file+"/worksheet?year=2013")
		h.Get(t, clerk, file+"/worksheet?year=2013").Want(t, 200, "No area says what this yields").Without(t, `name="reason"`)
		form := h.Get(t, office, "/norms?area=11&year=2013").Want(t, 200, "Oats", "sheaves", `name="oats.yield"`, `name="ver" value="0"`)
		h.Post(t, office, "/norms", "area", "11", "year", "2013", "ver", "0", "oats.yield", "many", "oats.price", "1").Want(t, 400, "This is not a number that can be taken.", `value="many"`)
		h.Post(t, office, "/norms", "area", "11", "year", "2013", "ver", hidden(t, form.Body, "ver"), "oats.yield", "30", "oats.price", "1.01").Want(t, 303)
		h.Get(t, office, "/norms?area=11&year=2013").Want(t, 200, `value="1.01"`, `name="ver" value="1"`)
		h.Get(t, office, "/norms?area=11001001&year=2013").Want(t, 200, "yield 30, price 1.01, cost unknown")
		h.Get(t, south, "/norms?area=11&year=2013").Want(t, 404) // out of scope
		h.Get(t, clerk, file+"/worksheet?year=2013").Want(t, 200, "Land under oats 2.5 × 30 sheaves × 1.01 HAV = 75.75 HAV", `value="75.75"`)
		h.Post(t, clerk, file+"/worksheet", "year", "2013", "oats.income", "70", "reason", "").Want(t, 400, "Say why", `value="70"`)
		saved := h.Post(t, clerk, file+"/worksheet", "year", "2013", "oats.income", "70", "reason", "season")
		saved.Want(t, 303)
		now := h.Get(t, clerk, saved.Location()).Want(t, 200, "70.00", "By the norm")
		h.Get(t, clerk, entryLink(t, now.Body, "Farm")).Want(t, 200, "= 75.75 HAV") // how it was computed
		h.Get(t, clerk, file+"/worksheet?year=2013").Want(t, 200, "Entered already").Without(t, `name="reason"`)
		h.Get(t, auditor, file+"/worksheet").Want(t, 403)
		h.Get(t, south, file+"/worksheet").Want(t, 404) // out of scope
	})
}

func TestNormsGoOutAndComeInAsAFile(t *testing.T) {
	haven(t, func(t *testing.T, h *house) {
		send := func(account int64, name, content string) visitor.Answer {
			return h.Send(t, account, "/norms/file", name, content, "area", "11", "year", "2013")
		}
		send(office, "norms.csv", "product,yield,price\noats,30,1.01\n").Want(t, 200, "The file was taken", "1 rows: 1 new", `value="1.01"`)
		file := h.Get(t, office, "/norms/file?area=11&year=2013").Want(t, 200, "11,North,2013,oats,Oats,sheaves,30,1.01,")
		send(office, "norms.csv", file.Body).Want(t, 200, "0 new, 0 changed")
		send(office, "norms.csv", "product,yield\nwhales,1\ngoats,many\n").Want(t, 400, "Nothing was stored", "There is no such product", "This is not a number from 0 to 1,000,000", "2 rejected")
		send(office, "norms.csv", "crop\noats\n").Want(t, 400, "needs the column product")
		send(office, "", "").Want(t, 400, "Choose a file.")
		send(auditor, "norms.csv", file.Body).Want(t, 403)
		h.Get(t, south, "/norms/file?area=11&year=2013").Want(t, 404) // out of scope
	})
}
