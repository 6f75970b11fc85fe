package mirror

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"unsafe"
)

// A snapshot is a table in a file: a magic word, a header in JSON (columns, position, rows), the chunks column by
// column as they lie in memory (little-endian), and the SHA-256 of all before it. It holds no names and no numbers
// of persons, but it does hold one row for each household: keep it like the database.

const magic = "rightkey mirror 2\n"

// ErrSnapshot says that a file is not a whole snapshot, or one of other columns: load from the database instead.
var ErrSnapshot = errors.New("not a usable snapshot of the mirror")

// header begins a snapshot.
type header struct {
	Log     string   `json:"log"` // of the journal that the position is of
	Columns []Column `json:"columns"`
	Pos     int64    `json:"pos"`
	Rows    int      `json:"rows"`
	Chunks  int      `json:"chunks"`
}

// Write stores the writer's table, merged, as of a position in the journal of this name, and returns its hash.
func (w *Writer) Write(path, log string) (sum [sha256.Size]byte, err error) {
	w.rebuild()
	file, err := os.CreateTemp(filepath.Dir(path), ".mirror-*")
	if err != nil {
		return sum, fmt.Errorf("write a snapshot: %w", err)
	}
	defer os.Remove(file.Name())
	if sum, err = w.table.write(file, log); err != nil {
		file.Close()
		return sum, fmt.Errorf("write a snapshot: %w", err)
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return sum, fmt.Errorf("write a snapshot: %w", err)
	}
	return sum, os.Rename(file.Name(), path)
}

func (t *Table) write(out io.Writer, log string) (sum [sha256.Size]byte, err error) {
	digest := sha256.New()
	buffered := bufio.NewWriterSize(out, 1<<20)
	e := &encoder{out: io.MultiWriter(buffered, digest)}
	e.bytes([]byte(magic))
	head, err := json.Marshal(header{log, t.columns, t.pos, t.rows, len(t.sorted)})
	if err != nil {
		return sum, err
	}
	put(e, head)
	for _, c := range t.sorted {
		e.chunk(c)
	}
	if e.err != nil {
		return sum, e.err
	}
	digest.Sum(sum[:0])
	if _, err := buffered.Write(sum[:]); err != nil {
		return sum, err
	}
	return sum, buffered.Flush()
}

type encoder struct {
	out io.Writer
	err error
}

func (e *encoder) bytes(b []byte) {
	if e.err == nil {
		_, e.err = e.out.Write(b)
	}
}

func (e *encoder) chunk(c *chunk) {
	put(e, c.areas)
	put(e, c.starts)
	put(e, c.blocks)
	put(e, c.ids)
	for i := range c.vectors {
		v := &c.vectors[i]
		put(e, []int64{int64(v.bits), v.base, v.unit})
		switch v.bits {
		case 16:
			put(e, v.w16)
		case 32:
			put(e, v.w32)
		case 64:
			put(e, v.w64)
		default:
			put(e, v.small)
		}
	}
}

// word is what a snapshot is made of.
type word interface {
	~uint8 | ~uint16 | ~uint32 | ~int32 | ~int64
}

// put writes the length of a list and its words. Words are written as they lie in memory: the processors Go runs our
// program on are little-endian, and a snapshot stays on its machine.
func put[W word](e *encoder, list []W) {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(len(list)))
	e.bytes(n[:])
	e.bytes(raw(list))
}

// raw is the memory of a list.
func raw[W word](list []W) []byte {
	if len(list) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&list[0])), len(list)*int(unsafe.Sizeof(list[0])))
}

// Read loads a snapshot of the writer's columns, of the journal of this name and not from after its end. It returns
// ErrSnapshot, and leaves the writer as it was, where the file is torn, changed, of other columns or another journal.
func (w *Writer) Read(path, log string, end int64) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	d := &decoder{in: bufio.NewReaderSize(file, 1<<20), digest: sha256.New()}
	head, chunks := d.table(w.schema)
	if d.err != nil {
		return fmt.Errorf("%w: %w", ErrSnapshot, d.err)
	}
	if head.Log != log || head.Pos > end {
		return fmt.Errorf("%w: it is of position %d of the journal %q, which is %q and ends at %d", ErrSnapshot, head.Pos, head.Log, log, end)
	}
	schema, err := NewSchema(head.Columns)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	w.schema = schema
	w.adopt(chunks, head.Pos)
	if w.table.rows != head.Rows {
		return fmt.Errorf("%w: %d rows, %d announced", ErrSnapshot, w.table.rows, head.Rows)
	}
	return nil
}

type decoder struct {
	in     *bufio.Reader
	digest hash.Hash
	err    error
}

func (d *decoder) table(schema *Schema) (head header, chunks []*chunk) {
	if word := d.take(len(magic)); string(word) != magic {
		d.fail("it does not begin like one")
		return head, nil
	}
	if text := get[uint8](d); d.err == nil {
		d.err = json.Unmarshal(text, &head)
	}
	if d.err == nil && !alike(schema.columns, head.Columns) {
		d.fail("it has other columns")
	}
	for range head.Chunks {
		if d.err != nil {
			return head, nil
		}
		chunks = append(chunks, d.chunk(len(head.Columns)))
	}
	want := d.digest.Sum(nil)
	if got := d.take(sha256.Size); d.err == nil && !bytes.Equal(got, want) {
		d.fail("its hash does not fit")
	}
	return head, chunks
}

// alike says whether a snapshot has the columns that are asked for; it may know more codes.
func alike(want, have []Column) bool {
	if len(want) != len(have) {
		return false
	}
	for i, c := range want {
		if c.Name != have[i].Name || c.Kind != have[i].Kind || c.Scale != have[i].Scale || len(have[i].Codes) < len(c.Codes) {
			return false
		}
		for n, code := range c.Codes {
			if have[i].Codes[n] != code {
				return false
			}
		}
	}
	return true
}

func (d *decoder) fail(why string) {
	if d.err == nil {
		d.err = errors.New(why)
	}
}

func (d *decoder) chunk(columns int) *chunk {
	c := &chunk{areas: get[int64](d), starts: get[uint32](d), blocks: get[int64](d), ids: get[uint32](d), kept: &kept{}}
	for range columns {
		c.vectors = append(c.vectors, d.vector(len(c.ids)))
	}
	if d.err == nil && !c.sound() {
		d.fail("a chunk does not hang together")
	}
	return c
}

// vector reads a column of so many rows.
func (d *decoder) vector(rows int) vector {
	shape := get[int64](d)
	if d.err != nil || len(shape) != 3 || shape[2] < 1 {
		d.fail("a column has no shape")
		return vector{}
	}
	v := vector{bits: uint8(shape[0]), n: rows, base: shape[1], unit: shape[2]}
	held := 0
	switch shape[0] {
	case 2, 4, 8:
		v.small = get[uint8](d)
		held = len(v.small) * 8 / int(v.bits)
	case 16:
		v.w16 = get[uint16](d)
		held = len(v.w16)
	case 32:
		v.w32 = get[uint32](d)
		held = len(v.w32)
	case 64:
		v.w64 = get[int64](d)
		held = len(v.w64)
	}
	if held < rows {
		d.fail("a column has another length")
	}
	return v
}

// sound says whether areas, rows and blocks fit each other, so that no look-up leaves its bounds.
func (c *chunk) sound() bool {
	n := len(c.ids)
	if n == 0 || n > chunkRows || len(c.starts) != len(c.areas)+1 || c.starts[0] != 0 || c.starts[len(c.areas)] != uint32(n) {
		return false
	}
	for r := range c.areas {
		if c.starts[r] >= c.starts[r+1] || r > 0 && c.areas[r-1] >= c.areas[r] {
			return false
		}
	}
	for _, id := range c.ids {
		if int(id>>blockBits) >= len(c.blocks) {
			return false
		}
	}
	return true
}

// mostWords bounds a list in a file that may be torn.
const mostWords = 1 << 24

// get reads a list as put wrote it.
func get[W word](d *decoder) []W {
	length := d.take(8)
	if d.err != nil {
		return nil
	}
	n := binary.LittleEndian.Uint64(length)
	if n > mostWords {
		d.fail("a list is too long")
		return nil
	}
	list := make([]W, n)
	d.fill(raw(list))
	return list
}

func (d *decoder) take(n int) []byte {
	b := make([]byte, n)
	d.fill(b)
	return b
}

func (d *decoder) fill(b []byte) {
	if d.err != nil {
		return
	}
	if _, d.err = io.ReadFull(d.in, b); d.err == nil {
		d.digest.Write(b)
	}
}
