//go:build !js

package archive

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
	"hampi/modules/platform/web"
)

// sentForm is a form with files that is read while it comes. What it says of the files stands before them; the fields
// have these names, "" for one that it has not.
type sentForm struct {
	form                   *multipart.Reader
	id, patient, encounter string
	one                    bool // takes the first file and no more
}

// each hands over every file. The first has the id of the form, the others those that follow it.
func (s sentForm) each(n New, add func(n New, content io.Reader) error) error {
	for added := 0; ; {
		part, err := s.form.NextPart()
		switch {
		case errors.Is(err, io.EOF) && added == 0:
			return fault.InvalidField(files.Field, "Elija una foto o un PDF.")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return incomplete(err)
		}
		if !isFile(part) {
			if err := s.set(&n, part); err != nil {
				return err
			}
			continue
		}
		if part.FileName() == "" {
			continue // a field for files in which none was chosen
		}
		n.Name = part.FileName()
		if err := add(n, part); err != nil || s.one {
			return err
		}
		added++
		n.ID[15]++
	}
}

// isFile tells a field for files, also one that was left empty.
func isFile(part *multipart.Part) bool {
	return part.FileName() != "" || part.FormName() == files.Field || part.FormName() == "file"
}

// set reads a field that stands before the files.
func (s sentForm) set(n *New, part *multipart.Part) error {
	const longest = 100
	text, err := io.ReadAll(io.LimitReader(part, longest))
	if err != nil {
		return incomplete(err)
	}
	id, err := uuid.Parse(string(text))
	if err != nil && len(text) > 0 {
		id = uuid.Nil // of no patient, of no attention: refused further on
	}
	switch part.FormName() {
	case "":
	case s.id:
		n.ID = id
	case s.patient:
		n.PatientID = id
	case s.encounter:
		if len(text) > 0 {
			n.Owner = Owner{Kind: EncounterOwner, ID: id}
		}
	}
	return nil
}

func incomplete(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return web.ErrTooLarge
	}
	return fault.InvalidField(files.Field, "El archivo llegó incompleto. Intente otra vez.")
}
