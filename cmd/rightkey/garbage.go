package main

import (
	"context"
	"os"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"time"
)

const (
	// garbage is how many bytes are left lying before they are collected.
	garbage = 128 << 20
	// weighing is how often it is seen how much memory lives.
	weighing = 5 * time.Second
)

// collectRarely lets garbage of one size gather whatever lives, until ctx ends. By default as much gathers as lives: a
// small register, whose pages make much garbage, would collect at every few pages and let somebody wait for it, and a
// nation's would take twice its memory. GOGC overrules it.
func collectRarely(ctx context.Context) {
	if os.Getenv("GOGC") != "" {
		return
	}
	percent := 0
	again := time.NewTicker(weighing)
	defer again.Stop()
	for {
		if want := garbagePercent(livingBytes()); want*10 > percent*11 || want*11 < percent*10 {
			percent = want
			debug.SetGCPercent(percent)
		}
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
	}
}

// garbagePercent is garbage in percent of what lives, within bounds for what hardly begins and for what hardly fits.
func garbagePercent(living uint64) int {
	return int(min(1000, max(25, garbage*100/max(living, 1))))
}

// livingBytes is how much memory the last collection found in use.
func livingBytes() uint64 {
	sample := []runtimemetrics.Sample{{Name: "/gc/heap/live:bytes"}}
	runtimemetrics.Read(sample)
	return sample[0].Value.Uint64()
}
