package web

import "context"

// Steps show where one is on a way of several steps and what comes next: a wizard, a case.
type Steps struct {
	Label   string // what the way is
	Names   []string
	Current int      // index of the present step; len(Names) when all are done
	Links   []string // addresses of steps that can be gone back to; may be shorter than Names
}

// state is the class of step i.
func (s Steps) state(i int) string {
	switch {
	case i < s.Current:
		return "done"
	case i == s.Current:
		return "now"
	}
	return "todo"
}

// stateWord says the state of step i to a screen reader.
func (s Steps) stateWord(ctx context.Context, i int) string { return T(ctx, "web.step."+s.state(i)) }

// current is the value of aria-current of step i.
func (s Steps) current(i int) string {
	if i == s.Current {
		return "step"
	}
	return "false"
}

// link is the address of step i, if it can be gone back to.
func (s Steps) link(i int) string {
	if i < len(s.Links) && i != s.Current {
		return s.Links[i]
	}
	return ""
}
