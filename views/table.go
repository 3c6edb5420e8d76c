package views

// TableHead names a table and its columns.
type TableHead struct {
	Caption string // for screen readers
	Columns []Column
	BodyID  string
	Wide    bool // stays a table on phones and scrolls
}

// Column is the head of a column.
type Column struct {
	Label   string
	Number  bool   // right-aligned figures
	Hidden  bool   // named only for screen readers: actions
	SortURL string // empty: cannot be sorted
	Sort    string // "ascending", "descending" or ""
	Class   string
}
