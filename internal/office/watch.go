package office

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"rightkey/internal/access"
	"rightkey/internal/clock"
	"rightkey/internal/fault"
	"rightkey/internal/store"
)

//go:embed watch.yaml
var watchFile []byte

// watchRules are watch.yaml.
type watchRules struct {
	Many   map[string]int
	NoTask int `yaml:"no_task"`
	Walk   int
	Night  struct{ From, To, Files int }
}

var watching = mustReadWatch(watchFile)

func mustReadWatch(text []byte) (rules watchRules) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&rules); err != nil {
		panic("office: watch.yaml: " + err.Error())
	}
	return rules
}

// looked are the kinds of event by which somebody looks into a file and does nothing with it.
var looked = []string{"household.read", "person.read"}

// look is one opening of a file.
type look struct {
	account int64
	role    string
	at      clock.Time
	subject int64
}

// Watch makes alerts of readings in the journal, hour by hour: a job of minutes a day that nobody asks for.
type Watch struct {
	office *Service
	alerts *Alerts
	zone   *time.Location
}

// NewWatch watches the journal; zone is where night falls.
func NewWatch(o *Service, alerts *Alerts, zone *time.Location) *Watch {
	return &Watch{office: o, alerts: alerts, zone: zone}
}

// metaWatched is up to which moment the journal was looked through.
const metaWatched = "office.watched"

// mostHours is how many hours one run looks back at most; older readings were before there was a watch.
const mostHours = 48

// Run looks through the whole hours since the last run.
func (w *Watch) Run(ctx context.Context) error {
	end := w.office.now() / hour * hour
	from, err := w.watched(ctx)
	if err != nil {
		return err
	}
	from = max(from, end-mostHours*hour)
	for ; from < end; from += hour {
		if err := w.hour(ctx, from); err != nil {
			return fmt.Errorf("look through the readings of an hour: %w", err)
		}
	}
	return nil
}

const hour = clock.Time(int64(time.Hour / time.Microsecond))

func (w *Watch) watched(ctx context.Context) (clock.Time, error) {
	var text string
	err := store.One(ctx, w.office.db.In(system), "SELECT value FROM meta WHERE key = $1", []any{metaWatched}, &text)
	if errors.Is(err, store.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read how far the journal was watched: %w", err)
	}
	at, err := strconv.ParseInt(text, 10, 64)
	return clock.Time(at), err
}

// hour makes the alerts of an hour and notes that it was looked through, all in one transaction.
func (w *Watch) hour(ctx context.Context, from clock.Time) error {
	looks, err := w.looks(ctx, from)
	if err != nil {
		return err
	}
	var raises []func(context.Context, store.Tx) error
	for len(looks) > 0 {
		n := slices.IndexFunc(looks, func(l look) bool { return l.account != looks[0].account })
		if n < 0 {
			n = len(looks)
		}
		found, err := w.ofAccount(ctx, looks[:n], from)
		if err != nil {
			return err
		}
		for _, a := range found {
			raise, err := w.alerts.prepare(ctx, a)
			if err != nil {
				return err
			}
			raises = append(raises, raise)
		}
		looks = looks[n:]
	}
	return w.office.db.Tx(ctx, system, func(tx store.Tx) error {
		for _, raise := range raises {
			if err := raise(ctx, tx); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", metaWatched, strconv.FormatInt(int64(from+hour), 10))
		return err
	})
}

func (w *Watch) looks(ctx context.Context, from clock.Time) ([]look, error) {
	return store.All(ctx, w.office.db.In(system), "SELECT account, role, at, subject FROM event WHERE {checked} AND at >= $1 AND at < $2 AND account > 0 AND kind IN ($3, $4) ORDER BY account, at, id",
		[]any{int64(from), int64(from + hour), looked[0], looked[1]}, func(r store.Rows, l *look) error { return r.Scan(&l.account, &l.role, &l.at, &l.subject) })
}

// ofAccount judges the looks of one account in an hour.
func (w *Watch) ofAccount(ctx context.Context, looks []look, from clock.Time) ([]Alert, error) {
	_, c, err := w.office.callerOf(ctx, looks[0].account)
	if err != nil && !fault.Is(err, fault.Unauthorized) { // who was disabled since is judged without assignments
		return nil, err
	}
	acted, err := store.All(ctx, w.office.db.In(system), "SELECT DISTINCT subject FROM event WHERE {checked} AND account = $1 AND at >= $2 AND at < $3 AND kind NOT IN ($4, $5)",
		[]any{looks[0].account, int64(from), int64(from + hour), looked[0], looked[1]}, func(r store.Rows, id *int64) error { return r.Scan(id) })
	if err != nil {
		return nil, fmt.Errorf("read what an account did: %w", err)
	}
	return watching.judge(looks, c, acted, w.zone), nil
}

// judge applies the rules to the looks of one account in one hour, in their order.
func (rules watchRules) judge(looks []look, c access.Caller, acted []int64, zone *time.Location) []Alert {
	first, last := looks[0], looks[len(looks)-1]
	var found []Alert
	add := func(rule string, subject int64, n, limit int) {
		found = append(found, Alert{Rule: rule, Account: first.account, Person: c.Person, Area: placeOf(c), Subject: subject, Count: int64(n), First: first.at, Last: last.at, Detail: map[string]int64{"limit": int64(limit)}})
	}
	different, idle := map[int64]bool{}, map[int64]bool{}
	walk, longest, night := 1, 1, 0
	for i, l := range looks {
		different[l.subject] = true
		if !slices.Contains(c.Charged(), l.subject) && !slices.Contains(acted, l.subject) {
			idle[l.subject] = true
		}
		if h := l.at.Go().In(zone).Hour(); h >= rules.Night.From || h < rules.Night.To {
			night++
		}
		if i > 0 {
			if step := l.subject - looks[i-1].subject; step > 0 && step <= 3 {
				walk++
			} else if step != 0 {
				walk = 1
			}
			longest = max(longest, walk)
		}
	}
	for _, id := range slices.Sorted(slices.Values(c.Own)) {
		if different[id] {
			add(RuleOwn, id, 1, 0)
		}
	}
	role, _ := access.ReadRole(first.role)
	limit, set := rules.Many[role]
	if !set {
		limit = rules.Many["other"]
	}
	if len(different) > limit {
		add(RuleMany, 0, len(different), limit)
	}
	if len(idle) >= rules.NoTask {
		add(RuleNoTask, 0, len(idle), rules.NoTask)
	}
	if longest >= rules.Walk {
		add(RuleWalk, 0, longest, rules.Walk)
	}
	if night >= rules.Night.Files {
		add(RuleNight, 0, night, rules.Night.Files)
	}
	return found
}
