// Package archive keeps the photos and documents of a patient's record: what a camera saw, what another establishment
// gave, what was signed.
//
// A file stays as it came in. One that was put into the wrong record is taken out of sight, with who, when and why; it is
// not deleted. None is kept on a device: they need the clinic's server.
package archive

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/patients"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// Owner is the thing of the record that a file belongs to, by the words of whoever keeps that: an attention, a record,
// a consent. The zero Owner is the patient's record as a whole.
type Owner struct {
	Kind string
	ID   uuid.UUID
}

// The kinds of owners that the archive itself tells apart.
const (
	EncounterOwner = "encounter" // an attention, which the form for files may name
	ConsentOwner   = "consent"   // what was signed: its files stay in sight, a consent is revoked
)

// File is a photo or a document of a patient. It never changes, but may be hidden once.
type File struct {
	ID        uuid.UUID
	PatientID uuid.UUID
	Owner     Owner
	Name      string // as people call it: that of the file they chose
	Type      string // image/jpeg, image/png, image/webp or application/pdf, by its content
	Size      int64  // bytes
	SHA256    []byte // of what is downloaded
	Width     int    // pixels; 0 for a document
	Height    int
	HasThumb  bool
	AddedBy   uuid.UUID // membership
	AddedAt   time.Time
	Hidden    Hiding
}

// IsPhoto tells a photo from a document.
func (f File) IsPhoto() bool { return strings.HasPrefix(f.Type, "image/") }

// Hiding is who took a file out of sight, when and why; At is zero for one in sight.
type Hiding struct {
	At     time.Time
	By     uuid.UUID // membership
	Reason string
}

// New is a file that somebody wants to add. The id is made by the form, one for each file: sent again it adds nothing.
type New struct {
	ID        uuid.UUID
	PatientID uuid.UUID
	Owner     Owner
	Name      string
}

// MaxFileBytes is the largest file; the page says so before it is sent.
const MaxFileBytes = 25 << 20

const (
	maxName   = 120 // letters
	maxReason = 200
)

// tidyName is the name without folders, control signs and what would be too long.
func tidyName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 { // and signs that turn the direction
			return -1
		}
		return r
	}, name)
	name = strings.Join(strings.Fields(strings.ToValidUTF8(name, "")), " ")
	if letters := []rune(name); len(letters) > maxName {
		name = string(letters[len(letters)-maxName:]) // the end tells the kind
	}
	if name == "" {
		return "archivo"
	}
	return name
}

// endings are how the name of a download of that type may end, the usual one first.
func endings(kind string) []string {
	switch kind {
	case "image/jpeg":
		return []string{".jpg", ".jpeg"}
	case "image/png":
		return []string{".png"}
	case "image/webp":
		return []string{".webp"}
	}
	return []string{".pdf"}
}

// DownloadName is the name with the ending that belongs to what the file is, whatever it was called.
func (f File) DownloadName() string {
	for _, ending := range endings(f.Type) {
		if strings.HasSuffix(strings.ToLower(f.Name), ending) {
			return f.Name
		}
	}
	if dot := strings.LastIndex(f.Name, "."); dot > 0 && len(f.Name)-dot <= 6 {
		return f.Name[:dot] + endings(f.Type)[0]
	}
	return f.Name + endings(f.Type)[0]
}

func (n New) problems() fault.Problems {
	problems := fault.Problems{}
	if n.ID.Version() != 7 {
		problems.Add("id", "El formulario está dañado. Vuelva a abrir la página.")
	}
	if (n.Owner.Kind == "") != (n.Owner.ID == uuid.Nil) {
		problems.Add("", "El formulario está dañado. Vuelva a abrir la página.")
	}
	return problems
}

func reasonProblems(reason string) fault.Problems {
	problems := fault.Problems{}
	switch letters := len([]rune(reason)); {
	case letters < 5:
		problems.Add("motivo", "Escriba el motivo, por ejemplo: es de otro paciente.")
	case letters > maxReason:
		problems.Add("motivo", "El motivo tiene como máximo 200 letras.")
	}
	return problems
}

const tabPath = "archivos"

// Tabs is the section of a patient's page that the archive draws, for whoever reads records.
func Tabs() []patients.Tab {
	reads := func(ctx context.Context, _ patients.Patient) bool { return access.Who(ctx).Can(accounts.HCERead) }
	return []patients.Tab{{Path: tabPath, Label: "Archivos", Order: 900, For: reads}}
}
