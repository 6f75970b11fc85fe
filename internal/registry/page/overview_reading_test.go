package page_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"rightkey/internal/access"
	"rightkey/internal/fault"
	"rightkey/internal/mirror"
	"rightkey/internal/registry"
	"rightkey/internal/registry/overview"
	"rightkey/test/browser"
)

// slowSource gives the first of the register's households at once and the others when it is let.
type slowSource struct {
	*registry.Mirrored
	first, more chan struct{}
}

func (s slowSource) Load(ctx context.Context, schema *mirror.Schema, each func(mirror.Row) error) (int64, error) {
	n := 0
	return s.Mirrored.Load(ctx, schema, func(row mirror.Row) error {
		if n++; n == 2 {
			close(s.first)
			<-s.more
		}
		return each(row)
	})
}

// slowly reads the register into a mirror: the first household at once, the others when it is let.
func (h *house) slowly(t *testing.T) (let func()) {
	t.Helper()
	source, err := h.Registry.Mirrored(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	schema, err := mirror.NewSchema(source.Columns())
	if err != nil {
		t.Fatal(err)
	}
	slow := slowSource{source, make(chan struct{}), make(chan struct{})}
	m := mirror.New(slow, schema, mirror.Options{})
	h.Registry.Follow(m)
	running, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.Run(running) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	<-slow.first
	return func() {
		close(slow.more)
		if err := m.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheOverviewComesByItselfWhenTheRegisterIsRead(t *testing.T) {
	chromium := browser.Start(t)
	h, server := site(t)
	let := h.slowly(t)
	for _, lang := range []string{"en", "zh", "ur"} {
		for _, width := range []int64{360, 1280} {
			tab := chromium.Page(t, browser.View{Width: width, Languages: lang})
			if status := tab.Open(server.URL + "/"); status != 200 {
				t.Errorf("status %d", status)
			}
			tab.Screenshot(fmt.Sprintf("overview-reading-%s-%d", lang, width))
			tab.Axe()
		}
	}
	tab := chromium.Page(t, browser.View{Width: 1280, Languages: "en"})
	tab.Open(server.URL + "/?measure=households")
	tab.Wait("#overview-reading")
	let()
	tab.WaitGone("#overview-reading")
	tab.Wait(".overview-map")
	if at := tab.Location(); at != server.URL+"/?measure=households" {
		t.Errorf("the overview comes at %s", at)
	}
}

func TestWhileTheRegisterIsReadTheOverviewSaysHowFarAndSmallAreasAreCounted(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.fill(t)
		let := h.slowly(t)
		h.Get(t, office, "/").Want(t, 200, "Figures are being read", "1 of 3", `hx-get="/overview/reading?"`, "Waiting for me").Without(t, "By area")
		h.Get(t, office, "/?area=11&measure=households").Want(t, 200, `hx-get="/overview/reading?area=11"`, "North")
		h.Get(t, office, "/overview/reading").Want(t, 200, "1 of 3", `hx-get=`)
		h.Get(t, office, "/?area=11001001").Want(t, 200, "Reef").Without(t, "being read")
		h.Get(t, clerk, "/overview/reading?area=12").Want(t, 404) // out of scope
		_, err := overview.NewService(h.Registry, nil).Look(t.Context(), h.scope(t, office, access.Statistics), overview.Question{Rows: true})
		if !fault.Is(err, fault.Unavailable) || !errors.As(err, new(registry.Reading)) {
			t.Errorf("figures of everywhere: %v", err)
		}

		let()
		if over := h.Get(t, office, "/overview/reading").Want(t, 200); over.Header.Get("HX-Refresh") != "true" {
			t.Error("the page is not asked for again when all is read")
		}
		h.Get(t, office, "/").Want(t, 200, "By area", "66.7").Without(t, "being read")
	})
}
