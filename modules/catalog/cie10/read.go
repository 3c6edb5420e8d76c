//go:build !js

package cie10

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Format is a layout in which a table of diagnoses comes.
type Format string

// The formats.
const (
	Minsa Format = "minsa" // MINSA's master of HIS: Codigo_Item, Descripcion_Item, Fg_Tipo, Fg_Estado
	Peru  Format = "peru"  // codigo, descripcion, descripcion_minsa, seleccionable, sexo, asterisco, tipo, minsa_activo
)

// fewestRead is less than any whole table has; a file with fewer codes is cut or is another.
const fewestRead = 12_000

// columns are the headings that a format cannot do without.
func (f Format) columns() []string {
	switch f {
	case Minsa:
		return []string{"codigo_item", "descripcion_item", "fg_tipo", "fg_estado"}
	case Peru:
		return []string{"codigo", "descripcion", "seleccionable", "tipo", "minsa_activo"}
	}
	return nil
}

// Read is a table as a file carries it.
type Read struct {
	Format  Format
	Entries []Entry // by code, each once
	Skipped int     // lines that are no diagnosis or name a code again
}

// ReadTable reads a file; format "" is told by its headings. base is the table the program carries: MINSA writes in
// capitals and cuts, so titles come from there where it has them, and so do the categories that MINSA leaves out.
func ReadTable(file io.Reader, format Format, base Table) (Read, error) {
	rows, at, err := open(file)
	if err != nil {
		return Read{}, err
	}
	if format, err = formatOf(at, format); err != nil {
		return Read{}, err
	}
	l := lines{rows: rows, at: at, base: byCodeOf(base), rules: NewRules(), seen: map[string]bool{}}
	r := Read{Format: format}
	take := l.peru
	if format == Minsa {
		take = l.minsa
	}
	if r.Entries, r.Skipped, err = l.all(take); err != nil {
		return Read{}, err
	}
	if len(r.Entries) < fewestRead {
		return Read{}, fmt.Errorf("the file has %d diagnoses; a whole table has %d or more", len(r.Entries), fewestRead)
	}
	if format == Minsa {
		r.Entries = append(r.Entries, l.categories(r.Entries)...)
	}
	slices.SortFunc(r.Entries, func(a, b Entry) int { return strings.Compare(a.Code.Code, b.Code.Code) })
	return r, nil
}

// open finds the separator and the headings of a CSV file.
func open(file io.Reader) (rows *csv.Reader, at map[string]int, err error) {
	buffered := bufio.NewReaderSize(file, 1<<16)
	first, err := buffered.Peek(1 << 12)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, fmt.Errorf("read the file: %w", err)
	}
	if bytes.HasPrefix(first, []byte("\xef\xbb\xbf")) {
		if _, err := buffered.Discard(3); err != nil {
			return nil, nil, err
		}
	}
	rows = csv.NewReader(buffered)
	rows.LazyQuotes, rows.FieldsPerRecord = true, -1
	if line, _, _ := bytes.Cut(first, []byte("\n")); bytes.Count(line, []byte(";")) > bytes.Count(line, []byte(",")) {
		rows.Comma = ';'
	}
	head, err := rows.Read()
	if err != nil {
		return nil, nil, errors.New("the file has no line of headings")
	}
	at = map[string]int{}
	for i, name := range head {
		at[strings.ToLower(strings.TrimSpace(name))] = i
	}
	return rows, at, nil
}

func formatOf(at map[string]int, wanted Format) (Format, error) {
	for _, f := range []Format{Minsa, Peru} {
		lacking := slices.DeleteFunc(f.columns(), func(name string) bool { _, there := at[name]; return there })
		switch {
		case len(lacking) == 0 && (wanted == "" || wanted == f):
			return f, nil
		case wanted == f:
			return "", fmt.Errorf("the file lacks the columns %s of the format %s", strings.Join(lacking, ", "), f)
		}
	}
	if wanted != "" {
		return "", fmt.Errorf("there is no format %q; it is minsa or peru", wanted)
	}
	return "", errors.New("the headings are of no known format; a table of MINSA begins with Codigo_Item, Descripcion_Item, Fg_Tipo")
}

func byCodeOf(t Table) map[string]Entry {
	entries := map[string]Entry{}
	for _, e := range t.Entries {
		entries[e.Code.Code] = e
	}
	return entries
}

// lines reads the rows of a file.
type lines struct {
	rows  *csv.Reader
	at    map[string]int
	row   []string
	base  map[string]Entry
	rules Rules
	seen  map[string]bool
}

// all takes every row that is a diagnosis, each code once.
func (l *lines) all(take func() (Entry, bool)) (entries []Entry, skipped int, err error) {
	for {
		l.row, err = l.rows.Read()
		if errors.Is(err, io.EOF) {
			return entries, skipped, nil
		}
		if err != nil {
			return nil, 0, fmt.Errorf("read the file: %w", err)
		}
		if !utf8.ValidString(strings.Join(l.row, "")) {
			line, _ := l.rows.FieldPos(0)
			return nil, 0, fmt.Errorf("line %d is not written in UTF-8", line)
		}
		e, ok := take()
		if !ok || l.seen[e.Code.Code] {
			skipped++
			continue
		}
		l.seen[e.Code.Code] = true
		entries = append(entries, e)
	}
}

// field is a value of the row without stray blanks; empty where the row is short or the column is not there.
func (l *lines) field(name string) string {
	i, ok := l.at[name]
	if !ok || i >= len(l.row) {
		return ""
	}
	return strings.Join(strings.Fields(l.row[i]), " ")
}

func (l *lines) peru() (Entry, bool) {
	code, ok := Dotted(l.field("codigo"))
	title := l.field("descripcion")
	if !ok || title == "" || l.field("tipo") != "diagnostico" {
		return Entry{}, false
	}
	e := Entry{Code: Code{
		Code: code, Title: title, Sex: Sex(l.field("sexo")), Asterisk: l.field("asterisco") == "1",
		Heading: l.field("seleccionable") == "0", Retired: l.field("minsa_activo") == "0",
	}}
	if e.Sex != Female && e.Sex != Male {
		e.Sex = l.rules.Sex(code)
	}
	e.Local = unlike(l.field("descripcion_minsa"), title)
	return e, true
}

func (l *lines) minsa() (Entry, bool) {
	code, ok := Dotted(l.field("codigo_item"))
	written := l.field("descripcion_item")
	if !ok || written == "" || l.field("fg_tipo") != "CX" || isActivity(code) {
		return Entry{}, false
	}
	e := Entry{Code: Code{
		Code: code, Title: sentence(written), Sex: l.rules.Sex(code), Asterisk: l.rules.Asterisk(code), Retired: l.field("fg_estado") == "0",
	}}
	if known, ok := l.base[code]; ok {
		e.Title = known.Title
	}
	e.Local = unlike(written, e.Title)
	return e, true
}

// isActivity reports whether MINSA counts activities by a code: its own use of U, of which WHO gives U00 to U49 to new
// diseases and U82 to U85 to resistances.
func isActivity(code string) bool {
	return code[0] == 'U' && !within(code, []span{{"U00", "U49"}, {"U82", "U85"}})
}

// categories are the headings over codes of the table that the table itself leaves out.
func (l *lines) categories(entries []Entry) (headings []Entry) {
	for _, e := range entries {
		category := Category(e.Code.Code)
		known, ok := l.base[category]
		if l.seen[category] || !ok {
			continue
		}
		l.seen[category] = true
		known.Heading, known.Retired = true, false
		headings = append(headings, known)
	}
	return headings
}

// unlike is another title when it says anything that title does not.
func unlike(other, title string) string {
	known := tokens(title)
	for _, stem := range tokens(other) {
		if !isSlight(stem) && !slices.Contains(known, stem) {
			return other
		}
	}
	return ""
}

// sentence is a title in capitals as people write it. The accents it has lost stay lost.
func sentence(title string) string {
	if strings.ToUpper(title) != title {
		return title
	}
	lower := strings.ToLower(title)
	first, size := utf8.DecodeRuneInString(lower)
	return string(unicode.ToUpper(first)) + lower[size:]
}
