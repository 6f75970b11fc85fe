package office

import (
	"rightkey/internal/access"
	"rightkey/internal/area"
	"rightkey/internal/job"
)

// The jobs of area files.
const (
	JobAreaCheck = "area.check" // reads the whole file and says what it would do
	JobAreaLoad  = "area.load"
)

// NewAreaLoads opens the loading of area files; call it before the runner runs.
func NewAreaLoads(o *Service, areas *area.Service, jobs *job.Runner) *FileLoads {
	return newFileLoads(o, jobs, fileKind{check: JobAreaCheck, load: JobAreaLoad, verb: access.AreaEdit, read: areas.LoadFile})
}
