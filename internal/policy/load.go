package policy

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
)

// HeadFile is the file every pack has; it holds the keys pack and sections, and whatever else the author puts there.
const HeadFile = "pack.yaml"

// maxFileSize bounds one file of a pack, maxFiles their number.
const (
	maxFileSize = 4 << 20
	maxFiles    = 200
)

// SectionDecoder reads the files of a room's section (see Decode) into the room's own type. The pack is complete but
// for its sections.
type SectionDecoder func(p *Pack, files []SourceFile) (any, error)

// Sourced is a section with decided values of its own, which are listed with the pack's.
type Sourced interface{ Refs() []ValueRef }

// Loader loads packs. Rooms register the typed sections they own before the first pack is loaded.
type Loader struct {
	sections map[string]SectionDecoder
}

// NewLoader returns a loader that knows no section of a room yet.
func NewLoader() *Loader { return &Loader{sections: map[string]SectionDecoder{}} }

// Section registers the decoder of the section name: pack.yaml says under "sections" which files belong to it.
// The decoded value is Pack.Sections[name], typed by SectionOf.
func (l *Loader) Section(name string, decode SectionDecoder) { l.sections[name] = decode }

// Load reads the pack in a folder of fsys ("." for its root). The error is LoadErrors when the files are wrong.
// Only *.yaml files of the folder itself are read; folders inside it (examples) are not part of the pack.
func (l *Loader) Load(fsys fs.FS, dir string) (*Pack, error) {
	files, err := readFiles(fsys, dir)
	if err != nil {
		return nil, fmt.Errorf("read policy pack %s: %w", dir, err)
	}
	return l.LoadFiles(files)
}

// LoadAll reads every folder of fsys that holds a pack.yaml, in the order of names.
func (l *Loader) LoadAll(fsys fs.FS) ([]*Pack, error) {
	heads, err := fs.Glob(fsys, "*/"+HeadFile)
	if err != nil {
		return nil, fmt.Errorf("look for policy packs: %w", err)
	}
	packs := make([]*Pack, 0, len(heads))
	for _, head := range heads {
		pack, err := l.Load(fsys, path.Dir(head))
		if err != nil {
			return nil, fmt.Errorf("load policy pack %s: %w", path.Dir(head), err)
		}
		packs = append(packs, pack)
	}
	return packs, nil
}

// LoadFiles loads a pack from the files of its folder.
func (l *Loader) LoadFiles(files []SourceFile) (*Pack, error) {
	sort.Slice(files, func(i, j int) bool { return files[i].Name < files[j].Name })
	b := &builder{pack: &Pack{Hash: hash(files)}}
	own, sections := b.split(files)
	for _, file := range own {
		b.read(file)
	}
	b.build()
	if len(b.errors) > 0 {
		return nil, b.sorted()
	}
	for _, name := range sortedKeys(sections) {
		b.section(l.sections[name], name, sections[name])
	}
	b.sortRefs()
	b.resolve()
	if len(b.errors) > 0 {
		return nil, b.sorted()
	}
	return b.pack, nil
}

func readFiles(fsys fs.FS, dir string) ([]SourceFile, error) {
	names, err := fs.Glob(fsys, path.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, errors.New("the folder has no .yaml file")
	}
	if len(names) > maxFiles {
		return nil, fmt.Errorf("the folder has %d files, more than %d", len(names), maxFiles)
	}
	files := make([]SourceFile, 0, len(names))
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		if len(data) > maxFileSize {
			return nil, fmt.Errorf("%s is larger than %d bytes", name, maxFileSize)
		}
		files = append(files, SourceFile{path.Base(name), data})
	}
	return files, nil
}

// hash is over names, lengths and contents with line ends as LF, so that the same pack has the same hash everywhere.
func hash(files []SourceFile) string {
	sum := sha256.New()
	for _, file := range files {
		data := bytes.ReplaceAll(file.Data, []byte("\r\n"), []byte("\n"))
		fmt.Fprintf(sum, "%s\x00%d\x00", file.Name, len(data))
		sum.Write(data)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// builder gathers what the files hold, and everything that is wrong with it.
type builder struct {
	pack   *Pack
	file   fileSchema // merged over all files
	errors LoadErrors
}

func (b *builder) fail(pos Pos, format string, args ...any) {
	b.errors = append(b.errors, LoadError{pos, fmt.Sprintf(format, args...)})
}

// add takes over errors of Decode; other errors are put at the file.
func (b *builder) add(name string, err error) {
	var many LoadErrors
	if errors.As(err, &many) {
		b.errors = append(b.errors, many...)
		return
	}
	b.fail(Pos{File: name}, "%s", err)
}

func (b *builder) sorted() LoadErrors {
	sort.SliceStable(b.errors, func(i, j int) bool {
		x, y := b.errors[i].Pos, b.errors[j].Pos
		if x.File != y.File {
			return x.File < y.File
		}
		return x.Line < y.Line
	})
	return b.errors
}

// split parts the files into the pack's own and those of the rooms' sections.
func (b *builder) split(files []SourceFile) (own []SourceFile, sections map[string][]SourceFile) {
	owner, declared := b.declared(files)
	sections = map[string][]SourceFile{}
	for _, file := range files {
		name, foreign := owner[file.Name]
		if !foreign {
			own = append(own, file)
			continue
		}
		sections[name] = append(sections[name], file)
		delete(declared, file.Name)
	}
	for _, missing := range sortedKeys(declared) {
		b.fail(declared[missing], "section %q names the file %q, which is not in the folder", owner[missing], missing)
	}
	return own, sections
}

// declared returns which file belongs to which section by pack.yaml, and where that is declared.
func (b *builder) declared(files []SourceFile) (owner map[string]string, at map[string]Pos) {
	owner, at = map[string]string{}, map[string]Pos{}
	for _, file := range files {
		if file.Name != HeadFile {
			continue
		}
		var head fileSchema
		_ = Decode(file, &head) // its errors are reported when the file is read
		for _, name := range sortedKeys(head.Sections) {
			for _, member := range head.Sections[name] {
				b.declare(owner, at, name, member)
			}
		}
		return owner, at
	}
	b.fail(Pos{File: HeadFile}, "the folder has no %s", HeadFile)
	return owner, at
}

func (b *builder) declare(owner map[string]string, at map[string]Pos, name, member string) {
	pos := Pos{File: HeadFile}
	if other, twice := owner[member]; twice || member == HeadFile {
		b.fail(pos, "section %q names the file %q, which belongs to %q", name, member, other)
		return
	}
	owner[member], at[member] = name, pos
}

// section lets a room decode its files; without a reader the section is noted as unread.
func (b *builder) section(decode SectionDecoder, name string, files []SourceFile) {
	if decode == nil {
		b.pack.Unread = append(b.pack.Unread, name)
		return
	}
	value, err := decode(b.pack, files)
	if err != nil {
		b.add(strings.Join(fileNames(files), ", "), err)
		return
	}
	b.pack.Sections[name] = value
	if sourced, ok := value.(Sourced); ok {
		b.pack.refs = append(b.pack.refs, sourced.Refs()...)
		b.sortRefs()
	}
}

func fileNames(files []SourceFile) []string {
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = file.Name
	}
	return names
}

func sortedKeys[K ~string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	return keys
}
