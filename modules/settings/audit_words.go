//go:build !js

package settings

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hampi/modules/platform/audit"
	"hampi/views"
)

// auditLine is one act in words.
type auditLine struct {
	ID            int64
	Day, Hour     string
	Who, Did      string
	Subject, Name string
	IP            string
	Changes       []string
}

// actions are the acts that the page can look for, in words.
func actions() []views.Option {
	return []views.Option{
		{Value: "insert", Label: "Creó"}, {Value: "update", Label: "Cambió"}, {Value: "delete", Label: "Eliminó"},
		{Value: "refused", Label: "Acceso negado"}, {Value: "read", Label: "Leyó"}, {Value: "export", Label: "Exportó"},
		{Value: "import", Label: "Importó"}, {Value: "print", Label: "Imprimió"}, {Value: "revoked", Label: "Retiró"},
		{Value: "handed_in", Label: "Entregó lo no enviado"}, {Value: "applied_handed_in", Label: "Aplicó lo entregado"},
	}
}

func actionWords(action string) string {
	for _, a := range actions() {
		if a.Value == action {
			return a.Label
		}
	}
	return action
}

func compareWords(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) }

// unsaid are columns whose change says nothing.
func unsaid(column string) bool {
	return column == "version" || column == "updated_at" || column == "created_at"
}

// changesOf says what changed: the values where the subject allows them, else the column's name, else a count.
// Of clinical tables the log itself holds only a hash, and the page says no more than that.
func changesOf(subject audit.Subject, e audit.Entry) []string {
	if e.Action == "insert" || e.Action == "delete" {
		return nil
	}
	before, after := object(e.Old), object(e.New)
	if _, clinical := after["sha256"]; clinical {
		return sealedChanges(subject, after["columns"])
	}
	var lines []string
	others := 0
	for _, name := range columnsOf(before, after) {
		column, known := subject.Columns[name]
		switch {
		case unsaid(name):
		case !known:
			others++
		case column.Words == nil:
			lines = append(lines, column.Label)
		case e.Action != "update":
			lines = append(lines, column.Label+": "+inWords(column, after[name]))
		default:
			lines = append(lines, fmt.Sprintf("%s: %s → %s", column.Label, inWords(column, before[name]), inWords(column, after[name])))
		}
	}
	lines = slices.Compact(lines) // one thing may be kept in several columns
	if others > 0 {
		lines = append(lines, views.Plural(others, "dato que no se muestra", "datos que no se muestran"))
	}
	return lines
}

// sealedChanges names what changed of a table whose values are not even in the log, where the subject has words for it.
func sealedChanges(subject audit.Subject, columns any) (lines []string) {
	list, _ := columns.([]any)
	for _, name := range list {
		if column, known := subject.Columns[plain(name)]; known {
			lines = append(lines, column.Label)
		}
	}
	if len(subject.Columns) == 0 {
		lines = []string{"Contenido clínico, no se muestra aquí."}
	}
	return lines
}

func object(text json.RawMessage) map[string]any {
	values := map[string]any{}
	if len(text) == 0 || json.Unmarshal(text, &values) != nil {
		return map[string]any{}
	}
	return values
}

func columnsOf(before, after map[string]any) []string {
	var names []string
	for name := range before {
		names = append(names, name)
	}
	for name := range after {
		if _, both := before[name]; !both {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func inWords(column audit.Column, value any) string {
	text := column.Words(plain(value))
	if text == "" {
		return "vacío"
	}
	return "«" + text + "»"
}

// plain writes a JSON value as the words are asked about it; lists by commas.
func plain(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case bool:
		if v {
			return "sí"
		}
		return "no"
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		parts := make([]string, 0, len(v))
		for _, part := range v {
			parts = append(parts, plain(part))
		}
		return strings.Join(parts, ",")
	}
	return ""
}
