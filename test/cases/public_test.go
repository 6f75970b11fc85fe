package cases

import (
	"strings"
	"testing"

	"rightkey/internal/registry"
	"rightkey/internal/table"
)

// What a household's file holds and no notice may: its phone, the number of its account and of a member, an illness.
const (
	phone  = "13800138000"
	ill    = "尿毒症"
	person = "11010519491231002X"
)

// known writes them into the register.
func (c *county) known(key string) string {
	c.t.Helper()
	head, _ := c.relations()
	number := c.household(key, 0, "phone", phone, "group_name", "Upper group")
	from, err := table.NewCSV(strings.NewReader("key,hh,name,national_id\n"+key+"-0,"+key+",Ana Benu,"+person+"\n"), table.Options{})
	if err != nil {
		c.t.Fatal(err)
	}
	c.Import(c.t, registry.Mapping{Subject: "person", Source: "base", Key: "key", Household: "hh", Day: "2013-12-31", Columns: map[string]string{"name": "name", "national_id": "national_id"},
		Constants: map[string]string{"sex": c.first("sex"), "relation": head}}, from)
	return number
}

func TestANoticeMakesNoNumberNameOrIllnessPublic(t *testing.T) {
	each(t, graded, func(c *county) {
		number := c.known("a")
		all := ids(c.apply(official, "identification", number))
		c.toMeeting(all...)
		c.meet(official, all, [3]int64{28, 1, 1})
		n := c.hang(official, c.village(), all...)
		c.pages.Post(t, 0, "/n/"+n.Token+"/object", "line", "1", "text", "His number is "+person+", he has "+ill+", call "+phone).Want(t, 303)
		secrets := []string{phone, person, person[14:], ill, "Ana", "Benu", number, "001380"}
		for _, path := range []string{"/n/" + n.Token, "/n/" + n.Token + "?sent=1"} {
			c.pages.Get(t, 0, path).Want(t, 200, "A***", "Upper group").Without(t, secrets...)
		}
		for _, path := range []string{"/n/" + n.Token + "x", "/n/1", "/n/" + strings.ToUpper(n.Token)} {
			c.pages.Get(t, 0, path).Want(t, 404).Without(t, secrets...)
		}
		c.pages.Get(t, official, "/notices/"+listed([]int64{n.ID})+"/paper").Want(t, 200, "A***").Without(t, secrets...)
		for _, line := range c.lines(official, n) {
			for _, secret := range secrets {
				if strings.Contains(strings.Join(line.Cells, "|"), secret) {
					t.Errorf("the line says %q", secret)
				}
			}
		}
		for range 25 { // somebody floods the notice without login
			if c.pages.Post(t, 0, "/n/"+n.Token+"/object", "line", "1", "text", "Again.").Status == 429 {
				return
			}
		}
		c.pages.Post(t, 0, "/n/"+n.Token+"/object", "line", "1", "text", "Again.").Want(t, 409)
	})
}

func TestAListThatWouldNameAnIllnessIsNotMade(t *testing.T) {
	each(t, graded, func(c *county) {
		for key, group := range map[string]string{"a": "call 138-0013-8000", "b": "一三八〇〇一三八〇〇〇", "c": "肺 癌 家", "d": "1\u200b3\u200b8\u200b0\u200b0\u200b1\u200b3\u200b8"} {
			all := ids(c.apply(official, "identification", c.household(key, 0, "group_name", group)))
			c.toMeeting(all...)
			c.meet(official, all, [3]int64{28, 1, 1})
			c.Ask(t, official, "POST", "/notices", `{"area": "`+c.village()+`", "cases": [`+listed(all)+`]}`).Want(t, 409, "sensitive").Without(t, group)
		}
	})
}
