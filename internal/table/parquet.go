package table

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"rightkey/internal/fault"
)

// parquetReader reads the row groups of a flat Parquet file.
type parquetReader struct {
	header  []string
	render  []func(parquet.Value) (string, error)
	groups  []parquet.RowGroup
	rows    parquet.Rows // of the current group
	buffer  []parquet.Row
	ready   []parquet.Row // read and not yet handed out
	ended   bool          // the current group has no more rows
	number  int
	o       Options
	failure error
}

// OpenParquet reads a Parquet file of size bytes whose columns are plain values, not lists or groups. Numbers come
// in their shortest decimal form, decimals with their scale, dates as 2014-12-31, time stamps as RFC 3339 in UTC,
// truth values as true and false, nulls as "".
func OpenParquet(r io.ReaderAt, size int64, o Options) (reader Reader, err error) {
	defer recoverDamaged(&err)
	file, err := parquet.OpenFile(r, size, parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the file is not Parquet")
	}
	p := &parquetReader{groups: file.RowGroups(), buffer: make([]parquet.Row, 256), o: o.withDefaults()}
	var names []string
	for _, column := range file.Root().Columns() {
		if !column.Leaf() || column.Repeated() {
			return nil, fault.New(fault.Invalid, "column %q holds lists or groups, not plain values", column.Name())
		}
		render, err := renderer(column.Type())
		if err != nil {
			return nil, fault.New(fault.Invalid, "column %q: %v", column.Name(), err)
		}
		names, p.render = append(names, column.Name()), append(p.render, render)
	}
	if p.header, err = checkHeader(names); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *parquetReader) Header() []string { return p.header }

func (p *parquetReader) Close() error {
	if p.rows == nil {
		return nil
	}
	rows := p.rows
	p.rows = nil
	return rows.Close()
}

func (p *parquetReader) Next() (row Row, err error) {
	if p.failure != nil {
		return Row{}, p.failure
	}
	defer func() {
		if err != nil && row.Number == 0 {
			p.failure = err
		}
	}()
	defer recoverDamaged(&err)
	for len(p.ready) == 0 {
		if err := p.fill(); err != nil {
			return Row{}, err
		}
	}
	values := p.ready[0]
	p.ready = p.ready[1:]
	p.number++
	if p.o.MaxRows > 0 && p.number > p.o.MaxRows {
		return Row{}, tooManyRows(p.o.MaxRows)
	}
	return p.row(values)
}

// fill reads the next rows of the current group, or opens the next group.
func (p *parquetReader) fill() error {
	if p.rows == nil {
		if len(p.groups) == 0 {
			return io.EOF
		}
		p.rows, p.groups, p.ended = p.groups[0].Rows(), p.groups[1:], false
	}
	if p.ended {
		return p.Close()
	}
	n, err := p.rows.ReadRows(p.buffer)
	p.ready = p.buffer[:n]
	if errors.Is(err, io.EOF) || n == 0 && err == nil {
		p.ended, err = true, nil
	}
	return fault.Wrap(fault.Invalid, err, "read Parquet after row %d", p.number)
}

func (p *parquetReader) row(values parquet.Row) (Row, error) {
	row := Row{Number: p.number}
	cells := make([]string, len(p.header))
	for _, value := range values {
		column := value.Column()
		if value.IsNull() || column < 0 || column >= len(cells) {
			continue
		}
		cell, err := p.render[column](value)
		if err == nil && len(cell) > p.o.MaxCell {
			err = fmt.Errorf("the cell is longer than %d bytes", p.o.MaxCell)
		}
		if err == nil && (!utf8.ValidString(cell) || strings.IndexByte(cell, 0) >= 0) {
			err = errors.New("the bytes are not UTF-8 text")
		}
		if err != nil {
			return row, rowError(p.number, p.header[column], "%v", err)
		}
		cells[column] = cell
	}
	row.Cells = cells
	return row, nil
}

// recoverDamaged turns a panic of the Parquet library on a damaged file into an error.
func recoverDamaged(err *error) {
	if cause := recover(); cause != nil {
		*err = fault.New(fault.Invalid, "the Parquet file is damaged: %v", cause)
	}
}

// renderer chooses how values of a column's type become text.
func renderer(kind parquet.Type) (func(parquet.Value) (string, error), error) {
	if logical := kind.LogicalType(); logical != nil {
		switch t := logical.Value.(type) {
		case *format.DateType:
			return renderDate, nil
		case *format.DecimalType:
			return renderDecimal(kind.Kind(), int(t.Scale)), nil
		case *format.TimestampType:
			return renderTimestamp(t.Unit)
		case *format.IntType:
			if !t.IsSigned {
				return func(v parquet.Value) (string, error) { return strconv.FormatUint(v.Uint64(), 10), nil }, nil
			}
		}
	}
	switch kind.Kind() {
	case parquet.Boolean:
		return func(v parquet.Value) (string, error) { return strconv.FormatBool(v.Boolean()), nil }, nil
	case parquet.Int32:
		return func(v parquet.Value) (string, error) { return strconv.Itoa(int(v.Int32())), nil }, nil
	case parquet.Int64:
		return func(v parquet.Value) (string, error) { return strconv.FormatInt(v.Int64(), 10), nil }, nil
	case parquet.Float:
		return func(v parquet.Value) (string, error) { return shortest(float64(v.Float()), 32), nil }, nil
	case parquet.Double:
		return func(v parquet.Value) (string, error) { return shortest(v.Double(), 64), nil }, nil
	case parquet.ByteArray, parquet.FixedLenByteArray:
		return func(v parquet.Value) (string, error) { return string(v.ByteArray()), nil }, nil
	}
	return nil, fmt.Errorf("values of type %s are not read", kind)
}

func renderDate(v parquet.Value) (string, error) {
	return time.Unix(int64(v.Int32())*86400, 0).UTC().Format(time.DateOnly), nil
}

func renderTimestamp(unit format.TimeUnit) (func(parquet.Value) (string, error), error) {
	var at func(int64) time.Time
	switch unit.Value.(type) {
	case *format.MilliSeconds:
		at = time.UnixMilli
	case *format.MicroSeconds:
		at = time.UnixMicro
	case *format.NanoSeconds:
		at = func(n int64) time.Time { return time.Unix(0, n) }
	default:
		return nil, errors.New("its time stamps have no unit")
	}
	return func(v parquet.Value) (string, error) { return at(v.Int64()).UTC().Format(time.RFC3339Nano), nil }, nil
}

// renderDecimal renders the whole number in v divided by 10^scale.
func renderDecimal(kind parquet.Kind, scale int) func(parquet.Value) (string, error) {
	return func(v parquet.Value) (string, error) {
		whole := new(big.Int)
		switch kind {
		case parquet.Int32:
			whole.SetInt64(int64(v.Int32()))
		case parquet.Int64:
			whole.SetInt64(v.Int64())
		default:
			whole = twosComplement(v.ByteArray())
		}
		sign := ""
		if whole.Sign() < 0 {
			sign = "-"
		}
		digits := whole.Abs(whole).String()
		if scale <= 0 || scale > 76 {
			return sign + digits, nil
		}
		if missing := scale + 1 - len(digits); missing > 0 {
			digits = strings.Repeat("0", missing) + digits
		}
		return sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:], nil
	}
}

// twosComplement reads a big-endian signed number.
func twosComplement(bytes []byte) *big.Int {
	whole := new(big.Int).SetBytes(bytes)
	if len(bytes) > 0 && bytes[0] >= 0x80 {
		whole.Sub(whole, new(big.Int).Lsh(big.NewInt(1), uint(len(bytes))*8))
	}
	return whole
}
