package access

// Receiving is the scope of somebody who takes over a record that still lies in another area: to his own areas comes
// the one in which it lies, with the role and the classes that he has where it goes to. It is for deciding on that
// one record after its hand-over was found in the caller's own scope, and for nothing else; if the caller has nothing
// to say where the record goes to, nothing is added.
func (s Scope) Receiving(from Range, to int64) Scope {
	wide := s
	wide.parts = nil
	for _, p := range s.parts {
		wide.parts = append(wide.parts, p)
		if p.Holds(to) {
			p.Range = from
			wide.parts = append(wide.parts, p)
		}
	}
	return wide
}
