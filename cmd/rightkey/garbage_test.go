package main

import (
	"runtime"
	"testing"
)

func TestGarbageOfOneSizeGathersWhateverLives(t *testing.T) {
	for living, want := range map[uint64]int{0: 1000, 1 << 20: 1000, 32 << 20: 400, 128 << 20: 100, 256 << 20: 50, 4 << 30: 25} {
		if got := garbagePercent(living); got != want {
			t.Errorf("%d bytes live: %d percent, want %d", living, got, want)
		}
	}
	runtime.GC()
	if living := livingBytes(); living < 100_000 {
		t.Errorf("a test is said to live in %d bytes", living)
	}
}
