// Command rightkey is the information system of targeted poverty alleviation in one binary: it serves pages and
// API, loads areas, packs and registers, and runs the measurement engines from the command line.
package main

import (
	"fmt"
	"os"

	"github.com/alecthomas/kong"
)

// commands is the command line; each field's type lives in the file of its subject.
type commands struct {
	Init     initCommand     `cmd:"" help:"Make a database."`
	Serve    serveCommand    `cmd:"" help:"Serve pages and API."`
	Demo     demoCommand     `cmd:"" help:"Make a demonstration and serve it."`
	Areas    areasCommand    `cmd:"" help:"Register areas."`
	Import   importCommand   `cmd:"" help:"Bring a file into the register."`
	Audit    auditCommands   `cmd:"" help:"Check the journal."`
	Export   exportCommands  `cmd:"" help:"Look into exported files."`
	Backup   backupCommand   `cmd:"" help:"Copy the database while it is in use."`
	Restore  restoreCommand  `cmd:"" help:"Put a backup back, or try whether it can be."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
	Poverty  povertyCommands `cmd:"" help:"Measure poverty, and train and judge the scores that find the poor."`
	Policy   policyCommand   `cmd:"" help:"Check policy packs."`
	Identify identifyCommand `cmd:"" help:"Judge the households of a file under a policy pack."`
	Synth    synthCommand    `cmd:"" help:"Make a synthetic county of which the truth is known."`
	Dedupe   dedupeCommand   `cmd:"" help:"Find the rows of a table that are the same person."`
	Link     linkCommand     `cmd:"" help:"Find the rows of two tables that are the same person."`
	Linkage  linkageCommands `cmd:"" help:"Measure record linkage."`
	Verify   verifyCommands  `cmd:"" help:"Show what verification is worth."`
}

type versionCommand struct{}

// version is set at build time.
var version = "dev"

func (versionCommand) Run() error {
	_, err := fmt.Println("rightkey", version)
	return err
}

func main() {
	var cli commands
	parser := kong.Parse(&cli,
		kong.Name("rightkey"),
		kong.Description("Targeted poverty alleviation, household by household."),
		kong.UsageOnError(),
	)
	if err := parser.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "rightkey:", err)
		os.Exit(1)
	}
}
