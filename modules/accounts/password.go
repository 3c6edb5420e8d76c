//go:build !js

package accounts

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	zxcvbn "github.com/ccojocar/zxcvbn-go"
	"golang.org/x/text/unicode/norm"

	"hampi/modules/platform/fault"
)

// Limits of a password: characters, not bytes. There are no rules of composition.
const (
	PasswordMin = 12
	PasswordMax = 128
)

// guessable is the strength, in bits, below which a password is as good as listed: common passwords with their
// usual endings, rows of keys, repetitions, dates.
const guessable = 24

// CheckPassword refuses a new password that is too short, too long, common, or made of names that others know.
// names are those of the clinic and the person, and the person's e-mail address.
func CheckPassword(password string, names ...string) error {
	password = norm.NFC.String(password)
	problem := ""
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		problem = "La contraseña tiene caracteres que no se pueden leer."
	case n < PasswordMin:
		problem = fmt.Sprintf("Use %d caracteres o más; una frase de varias palabras sirve.", PasswordMin)
	case n > PasswordMax:
		problem = fmt.Sprintf("Use %d caracteres o menos.", PasswordMax)
	case holdsName(password, names):
		problem = "No use el nombre de la clínica, el suyo, su correo ni «Hampi»."
	case zxcvbn.PasswordStrength(plainLetters(password), everydayWords()).Entropy < guessable:
		problem = "Es una contraseña muy común. Pruebe con varias palabras sin relación entre sí."
	}
	if problem == "" {
		return nil
	}
	return fault.InvalidField("password", problem)
}

// everydayWords are what people here put into passwords, beside the English lists of the strength estimate.
func everydayWords() []string {
	return []string{"contrasena", "contrasenia", "clave", "secreto", "administrador", "admin", "usuario", "bienvenido", "bienvenida",
		"clinica", "consultorio", "hospital", "medico", "doctor", "doctora", "recepcion", "odontologia", "dentista", "peru", "lima",
		"huanuco", "arequipa", "cusco", "trujillo", "alianza", "universitario", "cristal", "familia", "tequiero", "teamo", "amor",
		"jesus", "dios", "mama", "papa", "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "setiembre",
		"septiembre", "octubre", "noviembre", "diciembre", "lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"}
}

// shortestName is how long a word of a name must be to count: shorter ones stand in any sentence.
const shortestName = 4

func holdsName(password string, names []string) bool {
	password = plainLetters(password)
	for _, name := range append([]string{"hampi"}, names...) {
		local, _, _ := strings.Cut(name, "@")
		for _, word := range strings.FieldsFunc(plainLetters(local), notWord) {
			if utf8.RuneCountInString(word) >= shortestName && strings.Contains(password, word) {
				return true
			}
		}
	}
	return false
}

func notWord(r rune) bool { return strings.ContainsRune(" .,-_'+()&/", r) }

// plainLetters are small letters without marks, so that "Clínica" and "clinica" are one word.
func plainLetters(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36f {
			return -1
		}
		return r
	}, norm.NFD.String(strings.ToLower(text)))
}

// PasswordHasher makes and checks argon2id hashes, few at a time: each takes its memory.
type PasswordHasher struct {
	target *argon2id.Params
	turns  chan struct{}
	dummy  string
}

// PasswordParams is the hash of the product: 46 MiB, two passes (OWASP), about a tenth of a second.
func PasswordParams() *argon2id.Params {
	return &argon2id.Params{Memory: 47104, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// NewPasswordHasher hashes with the given parameters, as many at once as there are processors.
func NewPasswordHasher(params *argon2id.Params) (*PasswordHasher, error) {
	dummy, err := argon2id.CreateHash("no password of anybody", params)
	if err != nil {
		return nil, fmt.Errorf("prepare the password hash: %w", err)
	}
	return &PasswordHasher{target: params, turns: make(chan struct{}, runtime.GOMAXPROCS(0)), dummy: dummy}, nil
}

// Hash makes the hash to store. Never call it inside a transaction: it is slow on purpose.
func (h *PasswordHasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	hash, err := argon2id.CreateHash(norm.NFC.String(password), h.target)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// Matches compares in the same time whether there is a hash or not. weak says that the hash should be made again.
func (h *PasswordHasher) Matches(ctx context.Context, password, hash string) (matches, weak bool, err error) {
	if err := h.enter(ctx); err != nil {
		return false, false, err
	}
	defer h.leave()
	known := hash != ""
	if !known {
		hash = h.dummy
	}
	if utf8.RuneCountInString(password) > PasswordMax {
		password = "" // nobody's: the policy refused it when it was set
	}
	matches, params, err := argon2id.CheckHash(norm.NFC.String(password), hash)
	if err != nil {
		return false, false, fmt.Errorf("check a password: %w", err)
	}
	weak = params.Memory < h.target.Memory || params.Iterations < h.target.Iterations || params.KeyLength < h.target.KeyLength
	return matches && known, weak, nil
}

func (h *PasswordHasher) enter(ctx context.Context) error {
	select {
	case h.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *PasswordHasher) leave() { <-h.turns }
