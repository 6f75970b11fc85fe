package journal

import (
	"context"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"

	"rightkey/internal/store"
)

// frontier is the Merkle tree (RFC 6962) over the leaves so far, as far as it is needed to add more: the hash of each
// complete subtree that has no complete parent, by its level.
type frontier struct {
	size  int64
	nodes [63]tlog.Hash
}

// add appends a leaf and returns the hashes that are complete with it, in the order in which tlog stores them.
func (f *frontier) add(leaf tlog.Hash) []tlog.Hash {
	done := []tlog.Hash{leaf}
	level, h := 0, leaf
	for ; f.size>>level&1 == 1; level++ {
		h = tlog.NodeHash(f.nodes[level], h)
		done = append(done, h)
	}
	f.nodes[level] = h
	f.size++
	return done
}

// root is the hash of the whole tree.
func (f *frontier) root() tlog.Hash {
	if f.size == 0 {
		empty, _ := tlog.TreeHash(0, nil) // reads nothing
		return empty
	}
	level := bits.TrailingZeros64(uint64(f.size))
	h := f.nodes[level]
	for level++; f.size>>level != 0; level++ {
		if f.size>>level&1 == 1 {
			h = tlog.NodeHash(f.nodes[level], h)
		}
	}
	return h
}

// load reads the frontier of a tree of a size from its stored hashes.
func (f *frontier) load(size int64, from tlog.HashReader) error {
	*f = frontier{size: size}
	var levels []int
	var indexes []int64
	for level := range 62 {
		if size>>level&1 == 1 {
			levels = append(levels, level)
			indexes = append(indexes, tlog.StoredHashIndex(level, size>>level-1))
		}
	}
	hashes, err := from.ReadHashes(indexes)
	if err != nil {
		return err
	}
	for i, level := range levels {
		f.nodes[level] = hashes[i]
	}
	return nil
}

// pageSize is how many hashes lie in a page of log_page.
const pageSize = 256

// pages reads the stored hashes of the log; the pages it read are kept.
type pages struct {
	ctx  context.Context
	q    store.Querier
	kept map[int64][]byte
}

func newPages(ctx context.Context, q store.Querier) *pages {
	return &pages{ctx: ctx, q: q, kept: map[int64][]byte{}}
}

// keptPages is how many pages are held at most: 8 MB.
const keptPages = 1024

// page returns the hashes of a page one after another; it is empty where the page was never written.
func (p *pages) page(n int64) ([]byte, error) {
	if known, ok := p.kept[n]; ok {
		return known, nil
	}
	found, err := store.All(p.ctx, p.q, "SELECT hashes FROM log_page WHERE page = $1", []any{n}, func(r store.Rows, b *[]byte) error { return r.Scan(b) })
	if err != nil {
		return nil, fmt.Errorf("read the hashes of the log: %w", err)
	}
	if len(p.kept) >= keptPages {
		clear(p.kept)
	}
	var page []byte
	if len(found) == 1 {
		page = found[0]
	}
	p.kept[n] = page
	return page, nil
}

// hash returns the stored hash at an index; ok is false where there is none.
func (p *pages) hash(index int64) (h tlog.Hash, ok bool, err error) {
	page, err := p.page(index / pageSize)
	at := int(index%pageSize) * tlog.HashSize
	if err != nil || len(page) < at+tlog.HashSize {
		return h, false, err
	}
	copy(h[:], page[at:])
	return h, true, nil
}

// ReadHashes returns the stored hashes at the indexes, as tlog.HashReader asks.
func (p *pages) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		h, ok, err := p.hash(index)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, fmt.Errorf("the log lacks its hash %d", index)
		}
		hashes[i] = h
	}
	return hashes, nil
}

// growth is the end of the stored hashes with what is added to it.
type growth struct {
	first int64 // the page at which it begins
	bytes []byte
}

// grow begins a growth after the count hashes that are stored.
func (p *pages) grow(count int64) (*growth, error) {
	g := &growth{first: count / pageSize}
	if count%pageSize == 0 {
		return g, nil
	}
	last, err := p.page(g.first)
	if err != nil {
		return nil, err
	}
	if want := int(count%pageSize) * tlog.HashSize; len(last) < want {
		return nil, fmt.Errorf("page %d of the log's hashes holds %d bytes, not %d", g.first, len(last), want)
	}
	g.bytes = append(g.bytes, last[:int(count%pageSize)*tlog.HashSize]...)
	return g, nil
}

func (g *growth) add(hashes []tlog.Hash) {
	for _, h := range hashes {
		g.bytes = append(g.bytes, h[:]...)
	}
}

// pages cuts the growth into pages.
func (g *growth) pages() map[int64][]byte {
	cut := map[int64][]byte{}
	for n, rest := g.first, g.bytes; len(rest) > 0; n++ {
		size := min(len(rest), pageSize*tlog.HashSize)
		cut[n], rest = rest[:size:size], rest[size:]
	}
	return cut
}
