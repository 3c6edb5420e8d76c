//go:build !js

package web

import "github.com/danielgtaylor/huma/v2/validation"

// speakSpanish gives the API's own checks their words in the clinic's language; huma keeps them in variables.
func speakSpanish() {
	for message, words := range map[*string]string{
		&validation.MsgUnexpectedProperty:            "No se espera este dato.",
		&validation.MsgExpectedRFC3339DateTime:       "Se espera fecha y hora RFC 3339, como 2026-11-24T09:30:00-05:00.",
		&validation.MsgExpectedRFC3339Date:           "Se espera una fecha como 2026-11-24.",
		&validation.MsgExpectedRFC3339Time:           "Se espera una hora como 09:30:00.",
		&validation.MsgExpectedRFC5322Email:          "Se espera un correo electrónico: %v",
		&validation.MsgExpectedRFC3986URI:            "Se espera una dirección (URI): %v",
		&validation.MsgExpectedRFC4122UUID:           "Se espera un identificador UUID: %v",
		&validation.MsgExpectedBoolean:               "Se espera true o false.",
		&validation.MsgExpectedNumber:                "Se espera un número.",
		&validation.MsgExpectedInteger:               "Se espera un número entero.",
		&validation.MsgExpectedString:                "Se espera un texto.",
		&validation.MsgExpectedBase64String:          "Se espera un texto en base64.",
		&validation.MsgExpectedArray:                 "Se espera una lista.",
		&validation.MsgExpectedObject:                "Se espera un objeto.",
		&validation.MsgExpectedArrayItemsUnique:      "La lista no debe repetir elementos.",
		&validation.MsgExpectedOneOf:                 "Se espera uno de: %s",
		&validation.MsgExpectedMinimumNumber:         "Se espera un número de %v o más.",
		&validation.MsgExpectedMaximumNumber:         "Se espera un número de %v o menos.",
		&validation.MsgExpectedMinLength:             "Se esperan %d caracteres o más.",
		&validation.MsgExpectedMaxLength:             "Se esperan %d caracteres o menos.",
		&validation.MsgExpectedMatchPattern:          "No tiene la forma esperada: %s",
		&validation.MsgExpectedBePattern:             "No tiene la forma esperada: %s",
		&validation.MsgExpectedMinItems:              "Se esperan %d elementos o más.",
		&validation.MsgExpectedMaxItems:              "Se esperan %d elementos o menos.",
		&validation.MsgExpectedRequiredProperty:      "Falta el dato %s.",
		&validation.MsgExpectedMatchExactlyOneSchema: "No coincide con ninguna de las formas aceptadas.",
		&validation.MsgExpectedMatchAtLeastOneSchema: "No coincide con ninguna de las formas aceptadas.",
	} {
		*message = words
	}
}
