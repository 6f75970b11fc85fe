package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"rightkey/linkage"
	"rightkey/linkage/persons"
)

// speed links synthetic registers and looks single records up in them. Making and reading the records is not timed.
func (c *linkageBench) speed(report func([]benchLine, error) error) error {
	for _, rows := range c.Rows {
		lines, err := c.register(rows)
		if err := report(lines, err); err != nil {
			return err
		}
	}
	return nil
}

// speedTargets are seconds and gigabytes by rows, on two quiet processors.
func speedTargets(rows int) (seconds, gigabytes float64) {
	if rows <= 1_000_000 {
		return 2, .3
	}
	return 8 * float64(rows) / 1e7, 2 * float64(rows) / 1e7
}

func (c *linkageBench) register(rows int) ([]benchLine, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(60))
	forgetPeak()
	records, err := registerOf(rows)
	if err != nil {
		return nil, err
	}
	runtime.GC()
	started, worked := time.Now(), processorSeconds()
	result, err := linkage.Dedupe(records, c.options())
	if err != nil {
		return nil, err
	}
	took, peak := time.Since(started), peakGigabytes()
	worked = processorSeconds() - worked
	seconds, gigabytes := speedTargets(rows)
	name := fmt.Sprintf("%d persons", rows)
	lines := []benchLine{
		{name + ": seconds", fmt.Sprintf("%.2f", took.Seconds()), "<= " + short(seconds), splinkSeconds(rows), took.Seconds() <= seconds, took},
		{name + ": processor seconds", fmt.Sprintf("%.2f", worked), "-", "-", true, took},
		{name + ": gigabytes", fmt.Sprintf("%.2f", peak), "<= " + short(gigabytes), splinkGigabytes(rows), peak <= gigabytes, took},
	}
	started = time.Now()
	slowest, err := c.lookUp(records, result.Model, rows)
	if err != nil {
		return nil, err
	}
	milliseconds := float64(slowest.Microseconds()) / 1000
	return append(lines, benchLine{name + ": one new record, p99 ms", fmt.Sprintf("%.3f", milliseconds), "<= 1", "-", milliseconds <= 1, time.Since(started)}), nil
}

func short(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }

func splinkSeconds(rows int) string {
	return map[int]string{1_000_000: "12.3", 10_000_000: "185.5"}[rows]
}

func splinkGigabytes(rows int) string {
	return map[int]string{1_000_000: "1.05", 10_000_000: "7.8"}[rows]
}

// registeredTwice is the share of second registrations in the synthetic registers.
const registeredTwice = .02

func registerOf(rows int) (*linkage.Records, error) {
	var fields []linkage.Field
	for i, name := range persons.Fields {
		kind, err := linkage.ParseKind(persons.Kinds[i])
		if err != nil {
			return nil, err
		}
		fields = append(fields, linkage.Field{Name: name, Kind: kind})
	}
	builder, err := linkage.NewBuilder(fields)
	if err != nil {
		return nil, err
	}
	builder.Expect(rows)
	register := persons.NewRegister(rows, registeredTwice, 1)
	for {
		person, ok := register.Next()
		if !ok {
			return builder.Finish(), nil
		}
		builder.Add(person.Values[:], person.Household)
	}
}

// lookUp seeks new records in the register and returns the time within which 99 of 100 were answered.
func (c *linkageBench) lookUp(records *linkage.Records, model *linkage.Model, rows int) (time.Duration, error) {
	index, err := linkage.NewIndex(records, model, c.Workers)
	if err != nil {
		return 0, err
	}
	const asked = 20_000
	register := persons.NewRegister(rows+asked, asked/float64(rows+asked), 1)
	register.Skip(rows)
	var times []time.Duration
	for {
		person, ok := register.Next()
		if !ok {
			break
		}
		started := time.Now()
		index.Match(person.Values[:], .5)
		times = append(times, time.Since(started))
	}
	slices.Sort(times)
	return times[len(times)*99/100], nil
}

// forgetPeak makes the system start counting the peak of memory anew, where it can.
func forgetPeak() {
	debug.FreeOSMemory()
	// Failure leaves the peak of the whole process, which is larger and so on the safe side.
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}

// peakGigabytes is the most memory that the process held, as the system counts it, or what Go has asked for.
func peakGigabytes() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		for _, line := range bytes.Split(status, []byte("\n")) {
			if cells := bytes.Fields(line); len(cells) > 1 && string(cells[0]) == "VmHWM:" {
				kilobytes, _ := strconv.ParseFloat(string(cells[1]), 64)
				return kilobytes * 1024 / 1e9
			}
		}
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return float64(memory.Sys) / 1e9
}

// processorSeconds is how long processors worked for this process, as the system counts it; 0 where it does not. Other
// than the time that passed, it says something on a machine that others use too.
func processorSeconds() float64 {
	const ticks = 100 // of the system's clock in a second
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	_, after, _ := bytes.Cut(stat, []byte(") ")) // the name of the program may hold anything
	cells := bytes.Fields(after)
	if len(cells) < 13 {
		return 0
	}
	user, _ := strconv.ParseFloat(string(cells[11]), 64)
	system, _ := strconv.ParseFloat(string(cells[12]), 64)
	return (user + system) / ticks
}
