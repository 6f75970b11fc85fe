package linkage

import "slices"

// rule puts records into one block if they share all its keys.
type rule struct {
	keys   []*key
	fields uint16 // bit of each field it uses
	large  map[uint32]bool
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

const bucketBits = 8

// blocksOf sorts the rows by a rule. Of the blocks only one in 2^thin is kept, chosen by its hash.
func blocksOf(r *Records, by *rule, thin int, workers int) *blocks {
	buckets := partition(r, by, thin, workers)
	parts := make([]blocks, len(buckets))
	inParallel(workers, len(buckets), func(_, b int) { parts[b] = groupBucket(buckets[b]) })
	var all blocks
	for _, part := range parts {
		base := uint32(len(all.rows))
		all.rows = append(all.rows, part.rows...)
		for _, end := range part.ends {
			all.ends = append(all.ends, base+end)
		}
	}
	return &all
}

// partition returns hash<<32|row of the rows that have all keys, by the top bits of the hash.
func partition(r *Records, by *rule, thin, workers int) [][]uint64 {
	const shards = 1 << 4
	size := (r.rows + shards - 1) / shards
	split := make([][1 << bucketBits][]uint64, shards)
	inParallel(workers, shards, func(_, shard int) {
		for row := shard * size; row < min(r.rows, (shard+1)*size); row++ {
			hash := by.hash(r.row(row))
			if hash == 0 || thin > 0 && hash>>1&(1<<thin-1) != 0 {
				continue
			}
			bucket := hash >> (32 - bucketBits)
			split[shard][bucket] = append(split[shard][bucket], uint64(hash)<<32|uint64(row))
		}
	})
	buckets := make([][]uint64, 1<<bucketBits)
	for b := range buckets {
		for shard := range split {
			buckets[b] = append(buckets[b], split[shard][b]...)
		}
	}
	return buckets
}

// groupBucket sorts a bucket and keeps hashes that occur at least twice.
func groupBucket(entries []uint64) blocks {
	slices.Sort(entries)
	var found blocks
	for start := 0; start < len(entries); {
		end := start + 1
		for end < len(entries) && entries[end]>>32 == entries[start]>>32 {
			end++
		}
		if end-start > 1 {
			for _, entry := range entries[start:end] {
				found.rows = append(found.rows, uint32(entry))
			}
			found.ends = append(found.ends, uint32(len(found.rows)))
		}
		start = end
	}
	return found
}
