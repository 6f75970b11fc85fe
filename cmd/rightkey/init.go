package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/policy"
	"rightkey/internal/policy/library"
	"rightkey/policies"
)

// initCommand is "rightkey init".
type initCommand struct {
	place
	Pack  string `required:"" placeholder:"PACK" help:"Policy pack to begin with: one that comes with the program, or a folder. It decides the levels of areas."`
	Admin string `default:"admin" help:"Login of the first administrator."`
	Since string `default:"2000-01-01" placeholder:"DATE" help:"Day from which the pack is in use."`
}

// Help is shown by --help.
func (initCommand) Help() string {
	return `Makes a database with its key file, puts the pack in use and prints the one-time activation of the first
administrator. Nobody can sign in before that. Calling it again before the activation gives a new one.

Example:
  rightkey init --data ./register --pack policies/my-country`
}

// Run makes the database.
func (c *initCommand) Run(app *kong.Kong) error {
	ctx := context.Background()
	h, _, err := c.make(ctx)
	if err != nil {
		return err
	}
	defer h.close()
	token, err := h.office.Bootstrap(ctx, c.Admin)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(app.Stdout, `The database is ready. Key file: %s
Keep a copy of the key file away from the database and its backups.
Start the server (rightkey serve), then activate the administrator %q within 72 hours at:
  /activate?code=%s
`, c.keyFile(), c.Admin, token)
	return err
}

// make opens a new database with the pack in use.
func (c *initCommand) make(ctx context.Context) (*house, *policy.Pack, error) {
	fsys, dir, err := packSource(c.Pack)
	if err != nil {
		return nil, nil, err
	}
	pack, err := packLoader().Load(fsys, dir)
	if err != nil {
		return nil, nil, err
	}
	since, err := clock.ParseDay(c.Since)
	if err != nil {
		return nil, nil, fmt.Errorf("--since: %w", err)
	}
	h, err := openHouse(ctx, c.place, widths(pack))
	if err != nil {
		return nil, nil, err
	}
	if err := putInUse(ctx, h.packs, fsys, dir, since); err != nil {
		h.close()
		return nil, nil, err
	}
	return h, pack, nil
}

func putInUse(ctx context.Context, packs *library.Library, fsys fs.FS, dir string, since clock.Day) error {
	pack, err := packs.Install(ctx, program, fsys, dir)
	if err != nil {
		return err
	}
	if now, err := packs.At(0, since); err == nil && now.Hash == pack.Hash {
		return nil
	}
	return packs.Use(ctx, program, 0, since, pack)
}

// packSource finds a pack's files: a folder, or one that comes with the program.
func packSource(name string) (fs.FS, string, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return os.DirFS(name), ".", nil
	}
	if _, err := fs.Stat(policies.Files, path.Join(name, policy.HeadFile)); err == nil {
		return policies.Files, name, nil
	}
	heads, err := fs.Glob(policies.Files, "*/"+policy.HeadFile)
	if err != nil {
		return nil, "", err
	}
	names := make([]string, len(heads))
	for i, head := range heads {
		names[i] = path.Dir(head)
	}
	return nil, "", fmt.Errorf("policy pack %q is neither a folder nor one of those that come with the program: %s", name, strings.Join(names, ", "))
}

// widths writes the level widths of a pack as "2-2-2-3-3".
func widths(pack *policy.Pack) string {
	parts := make([]string, len(pack.Levels))
	for i, level := range pack.Levels {
		parts[i] = strconv.Itoa(level.Width)
	}
	return strings.Join(parts, "-")
}

// decide is the console's scope for a verb.
func (h *house) decide(verb access.Verb) (access.Scope, error) {
	return access.Decide(h.console(), verb)
}
