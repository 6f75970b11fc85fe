package web

import (
	"strings"
	"testing"
)

func TestAnAddressOnPaperBreaksAfterItsSlashesAlone(t *testing.T) {
	for address, want := range map[string]string{
		"https://county.example/visits/1048809/000020971529": `<bdi><a href="https://county.example/visits/1048809/000020971529">https://<wbr>county.example/<wbr>visits/<wbr>1048809/<wbr>000020971529</a></bdi>`,
		"/n/a&b": `<bdi><a href="/n/a&amp;b">/<wbr>n/<wbr>a&amp;b</a></bdi>`,
	} {
		var text strings.Builder
		if err := TypedAddress(address).Render(t.Context(), &text); err != nil || text.String() != want {
			t.Errorf("%s gives %s (%v), want %s", address, &text, err, want)
		}
	}
}
