package cie10

import (
	"fmt"
	"slices"
	"strings"
)

// Entry is a code as a table carries it, with what else it is called.
type Entry struct {
	Code
	Local string // another title that people know it by, such as that of MINSA's forms; empty: none
}

// Term is what doctors and patients say for a code, in the words of the trade or of the street.
type Term struct {
	Codes     []string // the likeliest first; the ones a table lacks are passed over
	Words     string
	Specialty string // a key of accounts.Specialties in whose mouth it means this; empty: everybody's
}

// Synonym widens a query: whoever types one may mean the other.
type Synonym struct{ Typed, Meant string }

// Table is all that the search is made from. As text it is what the server embeds and what browsers fetch.
type Table struct {
	Entries  []Entry
	Terms    []Term
	Synonyms []Synonym
	Alike    []string // words that say the same in a diagnosis, one set a line
}

// Marks that open the parts of a table's text.
const (
	termsMark    = "#terms"
	synonymsMark = "#synonyms"
	alikeMark    = "#alike"
)

// Flags of an entry in a table's text.
const (
	asteriskFlag = "*"
	headingFlag  = "+"
	retiredFlag  = "-"
)

// String is the table as text: for each code a line of code, title, flags and local title, with tabs between, empty
// ends left out; then the terms, the synonyms and the words that are alike.
func (t Table) String() string {
	var b strings.Builder
	for _, e := range t.Entries {
		b.WriteString(strings.TrimRight(strings.Join([]string{e.Code.Code, e.Title, e.flags(), e.Local}, "\t"), "\t") + "\n")
	}
	b.WriteString(termsMark + "\n")
	for _, term := range t.Terms {
		b.WriteString(strings.TrimRight(strings.Join([]string{strings.Join(term.Codes, " "), term.Words, term.Specialty}, "\t"), "\t") + "\n")
	}
	b.WriteString(synonymsMark + "\n")
	for _, s := range t.Synonyms {
		b.WriteString(s.Typed + "\t" + s.Meant + "\n")
	}
	b.WriteString(alikeMark + "\n")
	for _, words := range t.Alike {
		b.WriteString(words + "\n")
	}
	return b.String()
}

func (c Code) flags() string {
	flags := string(c.Sex)
	for flag, set := range map[string]bool{asteriskFlag: c.Asterisk, headingFlag: c.Heading, retiredFlag: c.Retired} {
		if set {
			flags += flag
		}
	}
	return sorted(flags)
}

func sorted(flags string) string {
	signs := strings.Split(flags, "")
	slices.Sort(signs)
	return strings.Join(signs, "")
}

// ParseTable reads what String wrote.
func ParseTable(text string) (Table, error) {
	var t Table
	read := t.readEntry
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch line {
		case termsMark:
			read = t.readTerm
		case synonymsMark:
			read = t.readSynonym
		case alikeMark:
			read = t.readAlike
		default:
			if err := read(fieldsOf(line)); err != nil {
				return Table{}, fmt.Errorf("read the table of diagnoses at %q: %w", line, err)
			}
		}
	}
	if len(t.Entries) == 0 {
		return Table{}, fmt.Errorf("the table of diagnoses is empty")
	}
	return t, nil
}

// fieldsOf are the four fields of a line, the missing ones empty.
func fieldsOf(line string) (fields [4]string) {
	for i := range fields {
		fields[i], line, _ = strings.Cut(line, "\t")
	}
	return fields
}

func (t *Table) readEntry(f [4]string) error {
	if code, ok := Dotted(f[0]); !ok || code != f[0] || f[1] == "" {
		return fmt.Errorf("no code with a title")
	}
	e := Entry{Code: Code{Code: f[0], Title: f[1]}, Local: f[3]}
	for _, flag := range strings.Split(f[2], "") {
		switch flag {
		case string(Female), string(Male):
			e.Sex = Sex(flag)
		case asteriskFlag:
			e.Asterisk = true
		case headingFlag:
			e.Heading = true
		case retiredFlag:
			e.Retired = true
		}
	}
	t.Entries = append(t.Entries, e)
	return nil
}

func (t *Table) readTerm(f [4]string) error {
	t.Terms = append(t.Terms, Term{Codes: strings.Fields(f[0]), Words: f[1], Specialty: f[2]})
	return nil
}

func (t *Table) readSynonym(f [4]string) error {
	t.Synonyms = append(t.Synonyms, Synonym{f[0], f[1]})
	return nil
}

func (t *Table) readAlike(f [4]string) error {
	t.Alike = append(t.Alike, f[0])
	return nil
}

// MarkHeadings makes headings of the entries that finer ones stand below, all but those whose category is in use by
// itself beside its parts. Entries are sorted by code afterwards.
func MarkHeadings(entries []Entry, alone ...string) {
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.Code.Code, b.Code.Code) })
	for i := range entries {
		e := &entries[i]
		below := i+1 < len(entries) && strings.HasPrefix(entries[i+1].Code.Code, e.Code.Code)
		e.Heading = below && len(e.Code.Code) == 3 && !slices.Contains(alone, e.Code.Code)
	}
}
