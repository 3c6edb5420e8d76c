package form

import "net/url"

// Form is the note as its fields show it and a browser sends it back: reading it again gives the same answers.
func Form(t Template, values Values) url.Values {
	out := url.Values{}
	for _, f := range t.fields() {
		v := values[f.Key]
		switch {
		case !f.asked() || !v.Is():
		case v.Shape == Several:
			out[Name(f.Key)] = v.List
		case v.Shape == Span:
			out.Set(Name(f.Key), v.Amount)
			out.Set(UnitName(f.Key), v.Unit)
		default:
			out.Set(Name(f.Key), inputText(f, v))
		}
	}
	if list := values.Confirmed(); len(list) > 0 {
		out[ConfirmedName] = list
	}
	for _, f := range t.fields() {
		if action := values.Action(f.Key); action != "" {
			out.Set(ActionName(f.Key), action)
		}
	}
	return out
}

// inputText is an answer as its input holds it: an option by its value, everything else as it is read.
func inputText(f Field, v Value) string {
	switch {
	case v.Shape == Plain && f.Type != Date, v.Shape == Typed:
		return v.Text
	case v.Shape == Truth && v.Yes:
		return "si"
	case v.Shape == Truth:
		return "no"
	}
	return shown(f, v)
}
