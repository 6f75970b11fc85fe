package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/alecthomas/kong"

	"rightkey/internal/table"
	"rightkey/internal/verify/crosscheck"
)

// verifyDepartment holds what a department needs to answer requests of counties; it works without a database.
type verifyDepartment struct {
	Key    departmentKey    `cmd:"" help:"Make the department's pair of keys."`
	Open   departmentOpen   `cmd:"" help:"Open a request that is sealed to the department."`
	Answer departmentAnswer `cmd:"" help:"Answer a request with the rows of the department's list that mean somebody of it."`
}

// departmentKey is "rightkey verify department key".
type departmentKey struct {
	Out string `required:"" placeholder:"FILE" help:"File for the private key; it must not exist. It never leaves the department."`
}

// Help is shown by --help.
func (departmentKey) Help() string {
	return `Example:
  rightkey verify department key --out harbour.key

The public key is printed: counties seal their requests to it.`
}

// Run makes the keys.
func (c departmentKey) Run(app *kong.Kong) error {
	private, public, err := crosscheck.NewDepartmentKey()
	if err != nil {
		return err
	}
	file, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err = file.Write(private); err != nil {
		return errors.Join(err, file.Close())
	}
	fmt.Fprintln(app.Stdout, public)
	return file.Close()
}

// sealedRequest is a request and the key that opens it.
type sealedRequest struct {
	Key     string `required:"" placeholder:"FILE" help:"The department's private key."`
	Request string `required:"" placeholder:"FILE" help:"The request as the county gave it."`
}

// open returns the rows of the request.
func (s sealedRequest) open() ([]byte, error) {
	file, err := os.ReadFile(s.Key)
	if err != nil {
		return nil, err
	}
	key, err := crosscheck.DepartmentKey(file)
	if err != nil {
		return nil, err
	}
	sealed, err := os.ReadFile(s.Request)
	if err != nil {
		return nil, err
	}
	return crosscheck.OpenRequest(key, sealed)
}

// departmentOpen is "rightkey verify department open".
type departmentOpen struct {
	sealedRequest
}

// Help is shown by --help.
func (departmentOpen) Help() string {
	return `Example:
  rightkey verify department open --key harbour.key --request request.pem > asked.csv

The rows hold a token, and by what the person is found. An answer gives tokens and never persons.`
}

// Run prints the rows as CSV.
func (c departmentOpen) Run(app *kong.Kong) error {
	rows, err := c.open()
	if err != nil {
		return err
	}
	_, err = app.Stdout.Write(rows)
	return err
}

// departmentAnswer is "rightkey verify department answer".
type departmentAnswer struct {
	sealedRequest
	List string `required:"" placeholder:"FILE" help:"The department's list: CSV or XLSX with the columns name, and number or birth (2014-12-31), beside those of the check."`
}

// Help is shown by --help.
func (departmentAnswer) Help() string {
	return `Example:
  rightkey verify department answer --key harbour.key --request request.pem --list ships.csv > answer.csv

A row means the person whose number it has unless its name is another one's, or, where there is no number, the one of the
same birth and surely the same name; slips and scripts are allowed for. A row that may mean several is left out. The answer names nobody: it holds tokens and what the list says of each thing.`
}

// Run prints the answer as CSV.
func (c departmentAnswer) Run(app *kong.Kong) error {
	rows, err := c.open()
	if err != nil {
		return err
	}
	opened, err := table.NewCSV(bytes.NewReader(rows), table.Options{})
	if err != nil {
		return err
	}
	list, err := table.Open(c.List)
	if err != nil {
		return err
	}
	n, err := crosscheck.AnswerRequest(opened, list, func(columns []string) (table.Writer, error) { return table.NewCSVWriter(app.Stdout, columns) })
	if err := errors.Join(err, list.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(app.Stderr, "%d rows answer the request\n", n)
	return err
}
