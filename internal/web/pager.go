package web

// Pager leads through a list that is read by cursor: there is a next page and a previous one, never page 317.
type Pager struct {
	Previous string // addresses, empty where there is no such page
	Next     string
	First    string // shown where the present page is not the first
	Text     string // "50 of 3,004 households"
}
