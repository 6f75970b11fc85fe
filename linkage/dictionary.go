package linkage

import (
	"hash/maphash"
	"unsafe"
)

// dictionary numbers distinct strings from 1 in order of first appearance; 0 is the missing value. Strings lie in
// large chunks, so that ten million of them cost the garbage collector nothing. Values beyond 255 bytes are cut.
type dictionary struct {
	seed   maphash.Seed
	chunks [][]byte
	starts []uint32 // chunk<<chunkBits | offset of the length byte
	slots  []uint64 // hash<<32 | id, open addressing; nil when sealed
}

const (
	chunkBits   = 20
	longestText = 255
)

func newDictionary() *dictionary {
	return &dictionary{seed: maphash.MakeSeed(), starts: []uint32{0}, slots: make([]uint64, 1<<10)}
}

// size is the number of values plus one: ids run from 1 to size-1.
func (d *dictionary) size() int { return len(d.starts) }

// value returns the string of an id, "" for the missing value.
func (d *dictionary) value(id uint32) string {
	if id == 0 {
		return ""
	}
	start := d.starts[id]
	chunk, at := d.chunks[start>>chunkBits], start&(1<<chunkBits-1)
	length := chunk[at]
	if length == 0 {
		return ""
	}
	return unsafe.String(&chunk[at+1], int(length))
}

// id returns the number of s, giving it the next one if it is new.
func (d *dictionary) id(s string) uint32 {
	if len(s) > longestText {
		s = s[:longestText]
	}
	if 4*len(d.starts) > 3*len(d.slots) {
		d.grow()
	}
	at, found := d.find(s)
	if found != 0 {
		return found
	}
	id := uint32(len(d.starts))
	d.slots[at] |= uint64(id)
	d.starts = append(d.starts, d.store(s))
	return id
}

// find returns the slot of s and its id, or the free slot, already marked with the hash, and 0.
func (d *dictionary) find(s string) (at uint64, id uint32) {
	mask := uint64(len(d.slots) - 1)
	hash := maphash.String(d.seed, s) >> 32
	for at = hash & mask; d.slots[at] != 0; at = (at + 1) & mask {
		if d.slots[at]>>32 == hash && d.value(uint32(d.slots[at])) == s {
			return at, uint32(d.slots[at])
		}
	}
	d.slots[at] = hash << 32
	return at, 0
}

func (d *dictionary) store(s string) uint32 {
	last := len(d.chunks) - 1
	if last < 0 || len(d.chunks[last])+len(s)+1 > 1<<chunkBits {
		d.chunks = append(d.chunks, make([]byte, 0, 1<<chunkBits))
		last++
	}
	start := uint32(last)<<chunkBits | uint32(len(d.chunks[last]))
	d.chunks[last] = append(append(d.chunks[last], byte(len(s))), s...)
	return start
}

// grow doubles the slots.
func (d *dictionary) grow() {
	old := d.slots
	d.slots = make([]uint64, 2*len(old))
	mask := uint64(len(d.slots) - 1)
	for _, slot := range old {
		if slot == 0 {
			continue
		}
		at := slot >> 32 & mask
		for d.slots[at] != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = slot
	}
}

// seal frees what only interning needs.
func (d *dictionary) seal() { d.slots = nil }
