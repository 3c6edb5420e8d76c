package web

import (
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

// bindForm reads the fields of a sent form. Echo's own binder reads JSON and XML too, which no page sends, and brings the
// parser of XML into the browser's app.
func bindForm(c echo.Context, form any) error {
	request := c.Request()
	if request.ContentLength == 0 {
		return nil
	}
	kind, _, _ := strings.Cut(request.Header.Get(echo.HeaderContentType), ";")
	if kind = strings.TrimSpace(kind); kind != echo.MIMEApplicationForm && kind != echo.MIMEMultipartForm {
		return echo.ErrUnsupportedMediaType
	}
	sent, err := c.FormParams()
	if err != nil {
		return fmt.Errorf("read the form: %w", err)
	}
	return fillForm(reflect.ValueOf(form).Elem(), sent)
}

// fillForm sets the fields with a `form:"…"` tag, those of structs inside too.
func fillForm(into reflect.Value, sent url.Values) error {
	for i := range into.NumField() {
		field, what := into.Field(i), into.Type().Field(i)
		name := what.Tag.Get("form")
		switch {
		case !field.CanSet(), name == "-":
		case name == "" && field.Kind() == reflect.Struct:
			if err := fillForm(field, sent); err != nil {
				return err
			}
		case name != "" && len(sent[name]) > 0:
			if err := setField(field, sent[name]); err != nil {
				return fmt.Errorf("read the field %s: %w", name, err)
			}
		}
	}
	return nil
}

func setField(field reflect.Value, texts []string) error {
	text := texts[0]
	switch field.Kind() {
	case reflect.String:
		field.SetString(text)
	case reflect.Bool:
		yes, err := strconv.ParseBool(orZero(text, "false"))
		field.SetBool(yes)
		return err
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(orZero(text, "0"), 10, 64)
		field.SetInt(n)
		return err
	case reflect.Slice:
		list := reflect.MakeSlice(field.Type(), len(texts), len(texts))
		for i := range texts {
			if err := setField(list.Index(i), texts[i:i+1]); err != nil {
				return err
			}
		}
		field.Set(list)
	default:
		return fmt.Errorf("a form has no fields of type %s", field.Type())
	}
	return nil
}

func orZero(text, zero string) string {
	if text == "" {
		return zero
	}
	return text
}
