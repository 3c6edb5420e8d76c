// Package fault is the one vocabulary of errors of the house.
//
// A service refuses by returning one of these values; platform/web alone turns its kind into a status, a Spanish
// sentence beside the field or an RFC 9457 problem. Anything else that is returned is a failure of ours (500).
package fault

import (
	"errors"
	"sort"
	"strings"
)

// Kind says who has to act, and so which status an answer gets.
type Kind int

const (
	Unexpected  Kind = iota // ours: 500
	Invalid                 // what was typed: 422
	NotFound                // not there, or not for these eyes: 404
	Conflict                // somebody was there first: 409
	Forbidden               // known, but not allowed: 404 page, 403 in the API
	Unavailable             // not now: 503
	TooLarge                // more than is taken: 413
)

// Problems holds, for each field (its JSON and form name), a sentence a person can act on. "" is the form as a whole.
type Problems map[string]string

// Add keeps the first problem of a field and ignores an empty message.
func (p Problems) Add(field, message string) {
	if _, there := p[field]; there || message == "" {
		return
	}
	p[field] = message
}

// Err is nil without problems, so that checks read `return problems.Err()`.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return &Fault{Kind: Invalid, Fields: p}
}

// Fault is a refusal with its kind. Message is Spanish, for people; Code is a stable word for programs.
type Fault struct {
	Kind    Kind
	Code    string
	Message string
	Fields  Problems
}

func (f *Fault) Error() string {
	if f.Message != "" {
		return f.Message
	}
	names := make([]string, 0, len(f.Fields))
	for name := range f.Fields {
		names = append(names, name)
	}
	sort.Strings(names)
	sentences := make([]string, 0, len(names))
	for _, name := range names {
		if name == "" { // about the form as a whole: there is no name to put before it
			sentences = append(sentences, f.Fields[name])
			continue
		}
		sentences = append(sentences, name+": "+f.Fields[name])
	}
	return strings.Join(sentences, "; ")
}

// ErrNotFound is what a store returns for an id it does not see: unknown and another clinic's look the same.
var ErrNotFound error = &Fault{Kind: NotFound, Code: "not_found", Message: "Esta página no existe o no está disponible para su cuenta."}

// ErrForbidden refuses without a hint of what is behind the door.
var ErrForbidden error = &Fault{Kind: Forbidden, Code: "forbidden", Message: "Esta página no existe o no está disponible para su cuenta."}

// InvalidField refuses one field.
func InvalidField(field, message string) error {
	return &Fault{Kind: Invalid, Fields: Problems{field: message}}
}

// ConflictAt refuses because somebody else was first; the sentence stands at field.
func ConflictAt(field, message string) error {
	return &Fault{Kind: Conflict, Message: message, Fields: Problems{field: message}}
}

// Conflicted refuses as a conflict that belongs to no field; code is for programs.
func Conflicted(code, message string) error {
	return &Fault{Kind: Conflict, Code: code, Message: message}
}

// NotNow refuses because something we need does not answer.
func NotNow(message string) error {
	return &Fault{Kind: Unavailable, Code: "unavailable", Message: message}
}

// KindOf is the kind of the first Fault in err's chain, Unexpected without one.
func KindOf(err error) Kind {
	var f *Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return Unexpected
}

// IsNotFound reports whether err says that a thing is not there.
func IsNotFound(err error) bool { return KindOf(err) == NotFound }

// Fields gives the sentences to show beside the fields of a form; false when err is not about what was typed.
func Fields(err error) (Problems, bool) {
	var f *Fault
	if !errors.As(err, &f) || len(f.Fields) == 0 {
		return nil, false
	}
	return f.Fields, f.Kind == Invalid || f.Kind == Conflict
}
