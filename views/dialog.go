package views

import "github.com/a-h/templ"

// Dialog is the frame of one short task.
type Dialog struct {
	Title string
	Hint  string // "Enter reserva · Esc cierra"
	Wide  bool   // 720 px instead of 560
}

// Confirmation asks before something that cannot be taken back.
type Confirmation struct {
	Question    string // names the object: "¿Cerrar la caja de hoy?"
	Consequence string
	Verb        string // "Cerrar caja"
	Action      string // POST address
	Danger      bool
	Attrs       templ.Attributes // hx-target, hx-swap of the form
}

// ToastMessage is a quiet word about something done. Undo is the POST address
// that takes it back; it stays ten seconds then, five otherwise.
type ToastMessage struct {
	Text       string
	Icon       string
	Undo       string
	UndoFields []Option // hidden fields of the undo form: Value is the name, Label the value
	UndoAttrs  templ.Attributes
}

func (t ToastMessage) seconds() string {
	if t.Undo != "" {
		return "10"
	}
	return "5"
}

func (t ToastMessage) icon() string {
	if t.Icon != "" {
		return t.Icon
	}
	return "circle-check"
}
