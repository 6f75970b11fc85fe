package web

import (
	"context"

	"rightkey/internal/i18n"
)

// Theme is the light in which pages are shown.
type Theme string

// The themes; ThemeAuto follows the device.
const (
	ThemeAuto  Theme = "auto"
	ThemeLight Theme = "light"
	ThemeDark  Theme = "dark"
)

// known returns t, or ThemeAuto for anything that is no theme.
func (t Theme) known() Theme {
	if t == ThemeLight || t == ThemeDark {
		return t
	}
	return ThemeAuto
}

// Viewer is who looks at the page, as far as the page itself is concerned. What they may see is decided by package
// access, never by a page.
type Viewer struct {
	Name     string // as shown in the header
	Role     string // the role's name in the viewer's language
	Lang     i18n.Lang
	Theme    Theme
	LoggedIn bool
}

type viewerKey struct{}

// WithViewer returns a context that carries the viewer.
func WithViewer(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// ViewerFrom returns the viewer of the context; a stranger who reads English where there is none.
func ViewerFrom(ctx context.Context) Viewer {
	if v, ok := ctx.Value(viewerKey{}).(Viewer); ok {
		return v
	}
	return Viewer{Lang: i18n.English, Theme: ThemeAuto}
}

// Lang returns the viewer's language.
func Lang(ctx context.Context) i18n.Lang { return ViewerFrom(ctx).Lang }

// T says the message of key in the viewer's language; args are alternating names and values, as in i18n.T.
func T(ctx context.Context, key string, args ...any) string { return i18n.T(Lang(ctx), key, args...) }
