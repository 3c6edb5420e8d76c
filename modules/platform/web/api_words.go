//go:build !js

package web

import (
	"strings"

	"github.com/danielgtaylor/huma/v2/validation"
)

// speakSpanish gives the API's own checks their words in the clinic's language; huma keeps them in variables.
func speakSpanish() {
	for message, words := range wordsOfChecks() {
		*message = words
	}
}

func wordsOfChecks() map[*string]string {
	return map[*string]string{
		&validation.MsgUnexpectedProperty:             "No se espera este dato.",
		&validation.MsgExpectedRFC3339DateTime:        "Se espera fecha y hora RFC 3339, como 2026-11-24T09:30:00-05:00.",
		&validation.MsgExpectedRFC3339Date:            "Se espera una fecha como 2026-11-24.",
		&validation.MsgExpectedRFC3339Time:            "Se espera una hora como 09:30:00.",
		&validation.MsgExpectedRFC5322Email:           "Se espera un correo electrónico.%.0v",
		&validation.MsgExpectedRFC3986URI:             "Se espera una dirección (URI).%.0v",
		&validation.MsgExpectedRFC4122UUID:            "Se espera un identificador UUID.%.0v",
		&validation.MsgExpectedBoolean:                "Se espera true o false.",
		&validation.MsgExpectedNumber:                 "Se espera un número.",
		&validation.MsgExpectedInteger:                "Se espera un número entero.",
		&validation.MsgExpectedString:                 "Se espera un texto.",
		&validation.MsgExpectedBase64String:           "Se espera un texto en base64.",
		&validation.MsgExpectedArray:                  "Se espera una lista.",
		&validation.MsgExpectedObject:                 "Se espera un objeto.",
		&validation.MsgExpectedArrayItemsUnique:       "La lista no debe repetir elementos.",
		&validation.MsgExpectedOneOf:                  "Se espera uno de: %s",
		&validation.MsgExpectedMinimumNumber:          "Se espera un número de %v o más.",
		&validation.MsgExpectedMaximumNumber:          "Se espera un número de %v o menos.",
		&validation.MsgExpectedMinLength:              "Se esperan %d caracteres o más.",
		&validation.MsgExpectedMaxLength:              "Se esperan %d caracteres o menos.",
		&validation.MsgExpectedMatchPattern:           "No tiene la forma esperada: %s",
		&validation.MsgExpectedBePattern:              "No tiene la forma esperada: %s",
		&validation.MsgExpectedMinItems:               "Se esperan %d elementos o más.",
		&validation.MsgExpectedMaxItems:               "Se esperan %d elementos o menos.",
		&validation.MsgExpectedRequiredProperty:       missingBefore + "%s" + missingAfter,
		&validation.MsgExpectedMatchExactlyOneSchema:  "No coincide con ninguna de las formas aceptadas.",
		&validation.MsgExpectedNotMatchSchema:         "No se espera esta forma.",
		&validation.MsgExpectedExclusiveMinimumNumber: "Se espera un número mayor que %v.",
		&validation.MsgExpectedExclusiveMaximumNumber: "Se espera un número menor que %v.",
		&validation.MsgExpectedNumberBeMultipleOf:     "Se espera un múltiplo de %v.",
		&validation.MsgExpectedMinProperties:          "Se esperan %d datos o más.",
		&validation.MsgExpectedMaxProperties:          "Se esperan %d datos o menos.",
		&validation.MsgExpectedMatchAtLeastOneSchema:  "No coincide con ninguna de las formas aceptadas.",
	}
}

// ownWords is what huma says without a variable to change, and how we say it.
type ownWords struct{ English, Spanish string }

// englishOfHuma lists those of huma and of the readers behind it (JSON, UUID, numbers), the particular before the general.
func englishOfHuma() []ownWords {
	return []ownWords{
		{"unexpected end of JSON input", "El JSON está incompleto: termina antes de cerrar."},
		{"parameter is missing", "Falta este dato."},
		{"UUID", "Se espera un identificador UUID."},
		{"invalid integer", "Se espera un número entero."},
		{"invalid float", "Se espera un número."},
		{"invalid boolean", "Se espera true o false."},
		{"invalid date/time", "Se espera una fecha u hora válida."},
		{"multiple values", "Se espera un solo valor."},
		{"unknown query parameter", "No se espera este dato."},
		{"into Go", "Un dato no es del tipo esperado."},
	}
}

// spoken reports whether a sentence is one of ours; they hold values, so that their first words have to tell.
func spoken(sentence string) bool {
	for _, begins := range []string{"Se espera", "No se espera", "No tiene", "No coincide", "La lista", "Falta"} {
		if strings.HasPrefix(sentence, begins) {
			return true
		}
	}
	return false
}
