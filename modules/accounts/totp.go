//go:build !js

package accounts

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/skip2/go-qrcode"
	"github.com/xlzd/gotp"

	"hampi/modules/platform/pii"
)

const (
	stepSeconds    = 30 // of a code; the only value every application honours
	secretBytes    = 20 // 160 bits, as RFC 4226 asks
	recoveryAmount = 10
	recoveryWarn   = 3
)

// newSecret makes the shared key of an application of codes, in base32.
func newSecret() (string, error) {
	key := make([]byte, secretBytes)
	if _, err := rand.Read(key); err != nil {
		return "", fmt.Errorf("make a key for codes: %w", err)
	}
	return base32.StdEncoding.EncodeToString(key), nil
}

// CodeAt is the code that an application with this key shows at a moment.
func CodeAt(secret string, at time.Time) string { return codeOfStep(secret, stepAt(at)) }

func stepAt(at time.Time) int64 { return at.Unix() / stepSeconds }

func codeOfStep(secret string, step int64) string {
	return gotp.NewDefaultTOTP(secret).At(step * stepSeconds)
}

// matchedStep finds which step a code belongs to: the current one, or the one before for who types slowly.
func matchedStep(secret, code string, now time.Time) (step int64, ok bool) {
	if !gotp.IsSecretValid(secret) || len(code) != 6 {
		return 0, false
	}
	current := stepAt(now)
	for _, candidate := range []int64{current, current - 1} {
		if subtle.ConstantTimeCompare([]byte(codeOfStep(secret, candidate)), []byte(code)) == 1 {
			return candidate, true
		}
	}
	return 0, false
}

// cleanCode drops the spaces with which applications show and people type a code.
func cleanCode(typed string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, typed)
}

// enrolment is what a person needs to tie an application to the account.
type enrolment struct {
	Email  string
	Image  string // the QR as a data: address
	Manual string // the key in groups of four, to type where there is no camera
}

func enrolmentOf(secret, email string) (enrolment, error) {
	uri := gotp.NewDefaultTOTP(secret).ProvisioningUri(email, "Hampi")
	png, err := qrcode.Encode(uri, qrcode.Medium, 264)
	if err != nil {
		return enrolment{}, fmt.Errorf("draw the key for codes: %w", err)
	}
	return enrolment{
		Email:  email,
		Image:  "data:image/png;base64," + base64.StdEncoding.EncodeToString(png),
		Manual: inFours(secret, " "),
	}, nil
}

func inFours(text, between string) string {
	var groups []string
	for ; len(text) > 4; text = text[4:] {
		groups = append(groups, text[:4])
	}
	return strings.Join(append(groups, text), between)
}

// secretPlace is where a key for codes is stored; column is totp_secret, or totp_pending until a code has confirmed it.
func secretPlace(column string, user uuid.UUID) pii.Place {
	return pii.Place{Table: "users", Column: column, Row: user}
}

// newRecoveryCodes makes ten codes of 80 bits, shown as XXXX-XXXX-XXXX-XXXX.
func newRecoveryCodes() ([]string, error) {
	codes := make([]string, recoveryAmount)
	for i := range codes {
		key := make([]byte, 10)
		if _, err := rand.Read(key); err != nil {
			return nil, fmt.Errorf("make recovery codes: %w", err)
		}
		codes[i] = inFours(base32.StdEncoding.EncodeToString(key), "-")
	}
	return codes, nil
}

// plainRecoveryCode is a typed recovery code as it is hashed: capitals and digits, no dashes.
func plainRecoveryCode(typed string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '2' && r <= '7' {
			return r
		}
		return -1
	}, strings.ToUpper(typed))
}

// eitherCode tells a recovery code from a code of the application, where one field takes both.
func eitherCode(typed string) (code, recovery string) {
	if len(plainRecoveryCode(typed)) == 16 {
		return "", typed
	}
	return typed, ""
}
