package linkage

import "math/bits"

// rule puts records into one block if they share all its keys.
type rule struct {
	keys   []*key
	fields uint16 // bit of each field it uses
	blocks *blocks
	large  map[uint32]bool // hashes of the blocks that are refined
}

func newRule(keys ...*key) *rule {
	r := &rule{keys: keys}
	for _, k := range keys {
		r.fields |= 1 << k.field
	}
	return r
}

// hash returns the block of a row, 0 if a key is missing.
func (r *rule) hash(row []uint32) uint32 {
	h := uint64(0x9E3779B97F4A7C15)
	for _, k := range r.keys {
		id := k.at(row)
		if id == 0 {
			return 0
		}
		h = (h ^ uint64(id)) * 0xD6E8FEB86659FD93
		h ^= h >> 32
	}
	return uint32(h) | 1
}

// joins says whether two rows are in one block.
func (r *rule) joins(a, b []uint32) bool {
	for _, k := range r.keys {
		if id := k.at(a); id == 0 || id != k.at(b) {
			return false
		}
	}
	return true
}

// blocks are the groups of two and more rows that share a rule's keys.
type blocks struct {
	rows []uint32
	ends []uint32 // end of each group in rows
}

func (b *blocks) count() int { return len(b.ends) }

func (b *blocks) group(i int) []uint32 {
	start := uint32(0)
	if i > 0 {
		start = b.ends[i-1]
	}
	return b.rows[start:b.ends[i]]
}

const (
	bucketBits = 10
	shards     = 16
)

// blocksOf sorts the rows by a rule.
func blocksOf(r *Records, by *rule, workers int) *blocks {
	hashes, starts := hashRows(r.rows, workers, func(row int) uint32 { return by.hash(r.row(row)) })
	entries := scatter(hashes, starts, workers)
	parts := make([]blocks, 1<<bucketBits)
	inParallel(workers, len(parts), func(_, b int) {
		parts[b] = groupBucket(entries[starts[b][0]:starts[b+1][0]])
	})
	return concat(parts, r.rows, workers)
}

// bounds holds, for each bucket of hashes, where the entries of each shard of rows begin; the last is the end.
type bounds [1<<bucketBits + 1][shards]int

// hashRows computes the block of each row and where the entries of each bucket are to stand.
func hashRows(rows, workers int, blockOf func(row int) uint32) ([]uint32, *bounds) {
	hashes := make([]uint32, rows)
	var counts [shards][1 << bucketBits]int
	inParallel(workers, shards, func(_, shard int) {
		from, to := shardOf(rows, shard)
		for row := from; row < to; row++ {
			hash := blockOf(row)
			hashes[row] = hash
			if hash != 0 {
				counts[shard][hash>>(32-bucketBits)]++
			}
		}
	})
	starts, at := new(bounds), 0
	for b := range 1 << bucketBits {
		for shard := range shards {
			starts[b][shard] = at
			at += counts[shard][b]
		}
	}
	starts[1<<bucketBits][0] = at
	return hashes, starts
}

func shardOf(rows, shard int) (from, to int) {
	return rows * shard / shards, rows * (shard + 1) / shards
}

// scatter writes hash<<32|row of each row into its bucket, rows in order.
func scatter(hashes []uint32, starts *bounds, workers int) []uint64 {
	entries := make([]uint64, starts[1<<bucketBits][0])
	inParallel(workers, shards, func(_, shard int) {
		var next [1 << bucketBits]int
		for b := range next {
			next[b] = starts[b][shard]
		}
		from, to := shardOf(len(hashes), shard)
		for row := from; row < to; row++ {
			if hash := hashes[row]; hash != 0 {
				b := hash >> (32 - bucketBits)
				entries[next[b]] = uint64(hash)<<32 | uint64(row)
				next[b]++
			}
		}
	})
	return entries
}

// groupBucket keeps the hashes of a bucket that occur at least twice, in the order of their first rows. Most rows are
// alone in their block and are left out before, by counting them in a small table.
func groupBucket(entries []uint64) blocks {
	const slots = 1 << 15
	seen := make([]uint8, slots)
	slot := func(entry uint64) *uint8 { return &seen[entry>>33&(slots-1)] }
	for _, entry := range entries {
		if s := slot(entry); *s < 2 {
			*s++
		}
	}
	kept := entries[:0]
	for _, entry := range entries {
		if *slot(entry) > 1 {
			kept = append(kept, entry)
		}
	}
	return grouped(kept)
}

// grouped puts entries together whose hashes are equal.
func grouped(entries []uint64) blocks {
	groups, counts := numbered(entries)
	var found blocks
	next := make([]uint32, len(counts)) // where the next row of each group stands
	total := uint32(0)
	for g, count := range counts {
		if count > 1 {
			next[g] = total
			total += count
			found.ends = append(found.ends, total)
		}
	}
	found.rows = make([]uint32, total)
	for i, entry := range entries {
		if g := groups[i]; counts[g] > 1 {
			found.rows[next[g]] = uint32(entry)
			next[g]++
		}
	}
	return found
}

// numbered numbers the hashes of entries as they come, and counts each.
func numbered(entries []uint64) (groups, counts []uint32) {
	size := bits.Len(uint(2 * len(entries)))
	table := make([]uint64, 1<<size) // hash<<32 | its number and 1
	groups = make([]uint32, len(entries))
	for i, entry := range entries {
		hash := entry >> 32
		at := hash * 0x9E3779B97F4A7C15 >> (64 - size)
		for table[at] != 0 && table[at]>>32 != hash {
			at = (at + 1) & (1<<size - 1)
		}
		if table[at] == 0 {
			counts = append(counts, 0)
			table[at] = hash<<32 | uint64(len(counts))
		}
		g := uint32(table[at]) - 1
		groups[i] = g
		counts[g]++
	}
	return groups, counts
}

// concat puts the groups of several parts into one list, ordered by their first rows, of so many: records that stand
// together in the register are then compared together, which keeps them in the processor's cache.
func concat(parts []blocks, rows, workers int) *blocks {
	before := make([]int, len(parts)+1) // groups of the parts before
	for p, part := range parts {
		before[p+1] = before[p] + len(part.ends)
	}
	places := make([]blockPlace, before[len(parts)])
	first := make([]uint32, rows) // by row: the group whose first it is, from 1
	inParallel(workers, len(parts), func(_, p int) {
		for g := range parts[p].count() {
			n := before[p] + g
			places[n] = blockPlace{uint32(p), uint32(g)}
			first[parts[p].group(g)[0]] = uint32(n + 1)
		}
	})
	var stretches [shards]blocks
	inParallel(workers, shards, func(_, shard int) {
		from, to := shardOf(rows, shard)
		of := &stretches[shard]
		for _, number := range first[from:to] {
			if number > 0 {
				at := places[number-1]
				of.rows = append(of.rows, parts[at.part].group(int(at.group))...)
				of.ends = append(of.ends, uint32(len(of.rows)))
			}
		}
	})
	all := &blocks{}
	for _, of := range stretches {
		for i := range of.ends {
			of.ends[i] += uint32(len(all.rows))
		}
		all.rows, all.ends = append(all.rows, of.rows...), append(all.ends, of.ends...)
	}
	return all
}

type blockPlace struct{ part, group uint32 }
