// Package table reads and writes the tables that offices exchange: a header row of column names and data rows of
// text cells, as CSV or TSV (RFC 4180, plain or gzip), as a spreadsheet (ECMA-376 .xlsx) or as Apache Parquet.
// A cell is text as it stands in the file; "" is a missing value. Rows are counted as a clerk counts them under the
// header: the first data row is row 1. Reading streams, and every reader has limits, because files come from outside.
package table

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"rightkey/internal/fault"
)

// Reader reads a table row by row.
//
// Next returns io.EOF after the last row. An error that carries a fault.Detail with a row concerns that row alone
// (it has too few cells, is not UTF-8, …): the returned Row has its Number, and Next may be called again for the
// row after it. Every other error is final and is returned again.
type Reader interface {
	// Header returns the column names, trimmed of blanks, each different.
	Header() []string
	// Next returns the next data row. Its Cells are the caller's to keep and are as many as Header.
	Next() (Row, error)
	// Close frees what Open opened.
	Close() error
}

// Row is one data row. Number counts data rows from 1; the header is not counted.
//
// Formulas are the columns, from 0, whose cell a spreadsheet computes: only the value stored with the formula is read.
type Row struct {
	Number   int
	Cells    []string
	Formulas []int
}

// Writer writes a table row by row; Close completes the file, and without it the file is not valid.
type Writer interface {
	// Write writes one row of as many cells as the header has.
	Write(cells []string) error
	// Close completes the table. It does not close the underlying io.Writer.
	Close() error
}

// Options are the limits of reading. The zero value reads a comma-separated file without a limit on rows.
type Options struct {
	Comma    rune   // cell separator of a text table; 0 means ','
	Sheet    string // worksheet of a spreadsheet; "" means the first
	MaxRows  int    // most data rows; 0 means no limit
	MaxCell  int    // most bytes of one cell; 0 means 1 MiB
	MaxBytes int64  // most bytes of the expanded table; 0 means no limit for text, 1 GiB for a spreadsheet
}

const (
	defaultMaxCell = 1 << 20
	maxLine        = 64 << 20 // most bytes of one line of a text table
)

func (o Options) withDefaults() Options {
	if o.Comma == 0 {
		o.Comma = ','
	}
	if o.MaxCell == 0 {
		o.MaxCell = defaultMaxCell
	}
	return o
}

// Open opens the table in the file at path by the ending of its name: .csv, .csv.gz, .tsv, .tsv.gz, .xlsx (first
// sheet) or .parquet.
func Open(path string) (Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open table: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open table: %w", err), file.Close())
	}
	reader, err := OpenNamed(filepath.Base(path), file, info.Size(), Options{})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open table %s: %w", filepath.Base(path), err), file.Close())
	}
	return &closing{Reader: reader, file: file}, nil
}

// OpenNamed opens a table of size bytes by the ending of its file name, as Open does, for example an upload.
// Closing the Reader does not close r. Options.Comma is taken from the name.
func OpenNamed(name string, r io.ReaderAt, size int64, o Options) (Reader, error) {
	lower := strings.ToLower(name)
	plain := strings.TrimSuffix(lower, ".gz")
	switch filepath.Ext(plain) {
	case ".csv":
		o.Comma = ','
	case ".tsv":
		o.Comma = '\t'
	case ".xlsx":
		if plain == lower {
			return OpenXLSX(r, size, o)
		}
	case ".parquet":
		if plain == lower {
			return OpenParquet(r, size, o)
		}
	}
	if o.Comma == 0 {
		return nil, fault.New(fault.Invalid, "table %q has none of the endings .csv, .csv.gz, .tsv, .tsv.gz, .xlsx, .parquet", name)
	}
	var source io.Reader = io.NewSectionReader(r, 0, size)
	if plain != lower {
		expanded, err := gzip.NewReader(source)
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "table %q is not a gzip file", name)
		}
		source = expanded
	}
	return NewCSV(source, o)
}

// closing closes the file below a Reader after it.
type closing struct {
	Reader
	file io.Closer
}

func (c *closing) Close() error { return errors.Join(c.Reader.Close(), c.file.Close()) }

// checkHeader trims the column names and refuses a table without any, or with one twice.
func checkHeader(cells []string) ([]string, error) {
	if len(cells) == 0 {
		return nil, fault.New(fault.Invalid, "the table has no header row")
	}
	names := make([]string, len(cells))
	seen := make(map[string]int, len(cells))
	for i, cell := range cells {
		name := strings.TrimSpace(cell)
		if first, twice := seen[name]; twice {
			return nil, fault.New(fault.Invalid, "the header names column %q twice (columns %d and %d)", name, first+1, i+1)
		}
		seen[name] = i
		names[i] = name
	}
	return names, nil
}

// rowError is an error that concerns one data row, and one column of it where column is not "".
func rowError(row int, column, format string, args ...any) error {
	reason := fmt.Sprintf(format, args...)
	if column == "" {
		return fault.New(fault.Invalid, "row %d: %s", row, reason).With(row, column, "%s", reason)
	}
	return fault.New(fault.Invalid, "row %d, column %q: %s", row, column, reason).With(row, column, "%s", reason)
}

// tooManyRows is the final error of a table with more data rows than the limit.
func tooManyRows(limit int) error {
	return fault.New(fault.TooLarge, "the table has more than %d data rows", limit)
}
