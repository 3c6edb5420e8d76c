package views

import "strconv"

// ProblemPage is what an error says to people.
type ProblemPage struct {
	Icon  string
	Title string
	Text  string
	Code  string // to tell the support; empty has none
	Retry bool
}

// NotFound answers an unknown page, a wrong role and another clinic's id alike: no hint.
func NotFound() ProblemPage {
	return ProblemPage{Icon: "search-x", Title: "Esta página no existe o no está disponible para su cuenta."}
}

// ServerProblem is our failure: nothing lost, next step, code.
func ServerProblem(code string) ProblemPage {
	return ProblemPage{Icon: "circle-alert", Title: "No se pudo completar.",
		Text: "Lo guardado antes sigue en su sitio; intente otra vez.", Code: code, Retry: true}
}

// TooMany asks to wait; seconds ≤ 0 gives no figure.
func TooMany(seconds int) ProblemPage {
	text := "Espere un momento e intente otra vez."
	if seconds > 0 {
		text = "Espere " + plural(seconds, "segundo", "segundos") + " e intente otra vez."
	}
	return ProblemPage{Icon: "hourglass", Title: "Demasiadas solicitudes seguidas.", Text: text, Retry: true}
}

// Unavailable says that the server cannot be reached or rests.
func Unavailable() ProblemPage {
	return ProblemPage{Icon: "cloud-off", Title: "Sin conexión con la clínica.",
		Text: "Esta página necesita conexión. Vuelva a intentarlo cuando regrese; no se perdió nada de lo guardado.", Retry: true}
}

// Conflict says that somebody else was first.
func Conflict(text string) ProblemPage {
	if text == "" {
		text = "Otra persona lo cambió hace un momento. Recargue para ver cómo quedó."
	}
	return ProblemPage{Icon: "git-compare-arrows", Title: "Ya no está como lo veía.", Text: text, Retry: true}
}

// TooLarge refuses a body that is too big; limit in MB.
func TooLarge(limitMB int) ProblemPage {
	return ProblemPage{Icon: "file-warning", Title: "Lo enviado es demasiado grande.",
		Text: "El límite es " + strconv.Itoa(limitMB) + " MB."}
}

// BadRequest refuses what could not be read.
func BadRequest() ProblemPage {
	return ProblemPage{Icon: "circle-alert", Title: "No se entendió lo enviado.",
		Text: "Recargue la página e intente otra vez.", Retry: true}
}
