//go:build !js

package patients

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"hampi/modules/platform/fault"
)

// place is where a first download stands: in which part, behind whom, and how many of the directory it has listed.
type place struct {
	part   part
	id     uuid.UUID
	at     time.Time // of partSeen
	listed int
}

type part string

// The parts of a first download, in their order.
const (
	partWindow part = "w" // who has an appointment in the window
	partSeen   part = "s" // who came before it
	partNever  part = "n" // who never came
	partEnd    part = ""
)

func (p place) text() string {
	if p.part == partEnd {
		return ""
	}
	at := int64(0)
	if !p.at.IsZero() {
		at = p.at.UnixMicro()
	}
	return strings.Join([]string{string(p.part), p.id.String(), strconv.FormatInt(at, 10), strconv.Itoa(p.listed)}, ".")
}

var errBadPlace = fault.InvalidField("last_sync", "Ese lugar de la descarga no existe.")

func readPlace(text string) (place, error) {
	if text == "" {
		return place{part: partWindow}, nil
	}
	words := strings.Split(text, ".")
	if len(words) != 4 {
		return place{}, errBadPlace
	}
	id, err1 := uuid.Parse(words[1])
	at, err2 := strconv.ParseInt(words[2], 10, 64)
	listed, err3 := strconv.Atoi(words[3])
	p := place{part: part(words[0]), id: id, listed: listed}
	if err1 != nil || err2 != nil || err3 != nil || listed < 0 || p.part != partWindow && p.part != partSeen && p.part != partNever {
		return place{}, errBadPlace
	}
	if at != 0 {
		p.at = time.UnixMicro(at).UTC()
	}
	return p, nil
}
