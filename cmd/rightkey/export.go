package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/alecthomas/kong"

	"rightkey/internal/table"
)

// exportCommands is "rightkey export".
type exportCommands struct {
	Trace exportTraceCommand `cmd:"" help:"Find out from whose export a file comes."`
}

// exportTraceCommand is "rightkey export trace".
type exportTraceCommand struct {
	place
	File string `arg:"" type:"existingfile" help:"The file that was found: .csv or .xlsx, with the column number."`
}

// Help is shown by --help.
func (exportTraceCommand) Help() string {
	return `Every exported file bears a hidden mark of its own: the order of its rows, and blanks after the cells of its second
column. This compares a file that was found with the marks of all exports. Columns may be missing, rows may be lost or
sorted anew; some twenty rows are enough. The key file is needed.

Example:
  rightkey export trace --data ./register found.csv`
}

// Run prints the exports from which the file comes, the surest first.
func (c *exportTraceCommand) Run(app *kong.Kong) error {
	ctx := context.Background()
	h, err := openHouse(ctx, c.place, "")
	if err != nil {
		return err
	}
	defer h.close()
	file, err := table.Open(c.File)
	if err != nil {
		return err
	}
	found, err := h.registry.TraceFile(ctx, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if len(found) == 0 {
		fmt.Fprintln(app.Stdout, "The file bears the mark of no export of this register, or has too few rows to tell.")
		return nil
	}
	for _, t := range found {
		fmt.Fprintf(app.Stdout, "export %d by account %d (%s), asked for %s, purpose %s: %s\n", t.ID, t.Account, h.accountName(ctx, t.Account), t.Created, t.Purpose, t.Reason)
		fmt.Fprintf(app.Stdout, "  rows in the order of this copy: %.1f standard deviations from chance; blanks: %.1f; job %d\n", t.Order, t.Blanks, t.Job)
	}
	return nil
}
