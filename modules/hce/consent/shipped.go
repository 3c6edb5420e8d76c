package consent

import (
	"embed"
	"fmt"
	"path"
	"strings"
)

// shipped are the texts every clinic begins with: its own wording follows in the settings. Each begins with lines
// "name: value" and goes on, after an empty line, with its sections.
//
//go:embed shipped/*.txt
var shipped embed.FS

// Shipped are the templates every clinic begins with.
func Shipped() ([]Template, error) {
	files, err := shipped.ReadDir("shipped")
	if err != nil {
		return nil, fmt.Errorf("shipped consents: %w", err)
	}
	var list []Template
	for _, file := range files {
		text, err := shipped.ReadFile("shipped/" + file.Name())
		if err != nil {
			return nil, fmt.Errorf("shipped consents: %w", err)
		}
		t := parseShipped(string(text))
		t.Slug, t.Edition = strings.TrimSuffix(path.Base(file.Name()), ".txt"), 1
		list = append(list, t)
	}
	return list, nil
}

func parseShipped(text string) Template {
	head, body, _ := strings.Cut(text, "\n\n")
	t := Template{Text: strings.TrimSpace(body)}
	for _, line := range strings.Split(head, "\n") {
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "title":
			t.Title = value
		case "kind":
			t.Kind = Kind(value)
		case "specialty":
			t.Specialty = value
		case "procedure":
			t.Procedure = value
		}
	}
	return t
}
