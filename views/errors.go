package views

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
