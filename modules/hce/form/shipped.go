package form

import (
	"embed"
	"fmt"
)

// shipped are the templates every clinic begins with. Their headings follow NTS 139; diagnoses and prescriptions are no
// fields, they have their own places on the page. The vital signs have the same keys in all of them.
//
//go:embed shipped/*.json
var shipped embed.FS

// Shipped are the templates every clinic begins with, in the order of their ids.
func Shipped() ([]Template, error) {
	files, err := shipped.ReadDir("shipped")
	if err != nil {
		return nil, fmt.Errorf("shipped templates: %w", err)
	}
	templates := make([]Template, len(files))
	for i, file := range files {
		name := "shipped/" + file.Name()
		data, err := shipped.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("shipped templates: %w", err)
		}
		if templates[i], err = Parse(data); err != nil {
			return nil, fmt.Errorf("shipped template %s: %w", name, err)
		}
	}
	return templates, nil
}

// ShippedAs reads one of them by its id alone; false for none such.
func ShippedAs(id string) (Template, bool, error) {
	data, err := shipped.ReadFile("shipped/" + id + ".json")
	if err != nil {
		return Template{}, false, nil //nolint:nilerr // what is not embedded does not exist
	}
	t, err := Parse(data)
	if err != nil {
		return t, false, fmt.Errorf("shipped template %s: %w", id, err)
	}
	return t, true, nil
}

// Source is the document of a shipped template as it stands; false for none such.
func Source(id string) (string, bool) {
	data, err := shipped.ReadFile("shipped/" + id + ".json")
	return string(data), err == nil
}
