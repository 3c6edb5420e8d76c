//go:build !js

package accounts

import (
	"context"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
)

// missingPart is something without which the clinic cannot work yet, and where it is added.
type missingPart struct{ Words, Href string }

// missing lists what the clinic still lacks to give its first appointment. It asks for more than the steps do: whoever
// is only invited has no hours, so nobody can be booked yet.
func (s startRoutes) missing(ctx context.Context) ([]missingPart, error) {
	var lacking []missingPart
	for _, page := range s.pages() {
		words, err := s.lacks(ctx, page.Slug)
		if err != nil {
			return nil, err
		}
		if words != "" {
			lacking = append(lacking, missingPart{Words: words, Href: "/empezar/" + page.Slug})
		}
	}
	return lacking, nil
}

// lacks names what a page still waits for; empty when it is done.
func (s startRoutes) lacks(ctx context.Context, slug string) (string, error) {
	if slug == stepPeople {
		return s.lacksAttention(ctx)
	}
	done, err := s.done(ctx, slug)
	switch {
	case err != nil || done:
		return "", err
	case slug == stepSite:
		return "sede y especialidades", nil
	}
	return "servicios con su precio", nil
}

// lacksAttention tells apart a clinic without professionals and one whose professionals have no hours.
func (s startRoutes) lacksAttention(ctx context.Context) (string, error) {
	doctors, err := s.staff.Doctors(ctx)
	if err != nil {
		return "", err
	}
	if len(doctors) == 0 {
		return "profesionales con su horario", nil
	}
	if s.parts.Schedules == nil {
		return "", nil
	}
	done, err := s.parts.Schedules.Done(ctx)
	if err != nil || done {
		return "", err
	}
	return "horarios de los profesionales", nil
}

// drawReady shows the end of the first day, with what is missing.
func (s startRoutes) drawReady(c echo.Context) error {
	ctx := c.Request().Context()
	clinic, err := s.staff.Clinic(ctx)
	if err != nil {
		return err
	}
	lacking, err := s.missing(ctx)
	if err != nil {
		return err
	}
	return public(c, http.StatusOK, readyTitle(lacking), readyPage(lacking, clinic.OnboardedAt == nil))
}

func readyTitle(lacking []missingPart) string {
	if len(lacking) > 0 {
		return "Casi listo"
	}
	return "Su clínica está lista"
}

// missingWords is the list in one line.
func missingWords(lacking []missingPart) string {
	words := make([]string, len(lacking))
	for i, part := range lacking {
		words[i] = part.Words
	}
	return strings.Join(words, ", ")
}

// capitalized begins a line of a list.
func capitalized(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	return string(unicode.ToUpper(first)) + words[size:]
}
