package views

// htmxConfig is read by htmx from its meta tag. No history cache (pages hold
// patients), no eval (the content policy forbids it), no style element. A 204
// changes nothing, a 422 shows the form again, other errors are left to the
// script, which says so in words.
const htmxConfig = `{"historyCacheSize":0,"refreshOnHistoryMiss":true,"allowEval":false,"allowScriptTags":false,` +
	`"includeIndicatorStyles":false,"selfRequestsOnly":true,"timeout":20000,"scrollBehavior":"instant",` +
	`"defaultSettleDelay":0,"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},` +
	`{"code":"422","swap":true},{"code":"409","swap":true},{"code":"[45]..","swap":false,"error":true}]}`

func themeOf(l Look) string {
	if l.Theme == "claro" || l.Theme == "oscuro" {
		return l.Theme
	}
	return "equipo"
}
