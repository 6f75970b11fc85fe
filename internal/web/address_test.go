package web

import (
	"strings"
	"testing"
)

func TestAnAddressOnPaperBreaksAfterItsSlashesAlone(t *testing.T) {
	for address, want := range map[string]string{
		"https://county.example/visits/1048809/000020971529": "<bdi>https://<wbr>county.example/<wbr>visits/<wbr>1048809/<wbr>000020971529</bdi>",
		"/n/a&b": "<bdi>/<wbr>n/<wbr>a&amp;b</bdi>",
	} {
		var text strings.Builder
		if err := TypedAddress(address).Render(t.Context(), &text); err != nil || text.String() != want {
			t.Errorf("%s gives %s (%v), want %s", address, &text, err, want)
		}
	}
}
