//go:build !js

package config

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Secrets are what the embedded database and, outside production, the program make for themselves at the first start.
type Secrets struct {
	Passwords map[string]string `json:"passwords"` // of the embedded database's logins, by role
	MasterKey string            `json:"master_key,omitempty"`
	JWTKey    string            `json:"jwt_key,omitempty"`
}

const secretsFile = "secrets.json"

// OwnSecrets reads the data folder's secrets and makes what is missing. Production never takes its keys from there.
func (c Config) OwnSecrets() (Secrets, error) {
	path := filepath.Join(c.DataDir, secretsFile)
	var s Secrets
	text, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return s, fmt.Errorf("read the data folder's secrets: %w", err)
	}
	if err == nil {
		if err := json.Unmarshal(text, &s); err != nil {
			return s, fmt.Errorf("%s is damaged; restore it from a copy, or start with an empty data folder: %w", path, err)
		}
	}
	changed, err := s.complete(c.Env != Production)
	if err != nil || !changed {
		return s, err
	}
	return s, s.write(path)
}

func (s *Secrets) complete(withKeys bool) (changed bool, err error) {
	if s.Passwords == nil {
		s.Passwords = map[string]string{}
	}
	for _, role := range []string{"hampi_owner", "hampi_app", "hampi_system", "hampi_sealer", "hampi_backup"} {
		if s.Passwords[role] == "" {
			s.Passwords[role], changed = base64.RawURLEncoding.EncodeToString(random(24)), true
		}
	}
	if withKeys && s.MasterKey == "" {
		s.MasterKey, changed = base64.StdEncoding.EncodeToString(random(32)), true
	}
	if withKeys && s.JWTKey == "" {
		if s.JWTKey, err = newJWTKey(); err != nil {
			return false, err
		}
		changed = true
	}
	return changed, nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: the program ends when the system has no randomness
	return b
}

func newJWTKey() (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 3072)
	if err != nil {
		return "", fmt.Errorf("make a key for API tokens: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", fmt.Errorf("write the key for API tokens: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

func (s Secrets) write(path string) error {
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return fmt.Errorf("write the data folder's secrets: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	draft, err := os.CreateTemp(filepath.Dir(path), ".secrets-*") // 0600
	if err != nil {
		return fmt.Errorf("write the data folder's secrets: %w", err)
	}
	_, writeErr := draft.Write(text)
	if err := draft.Close(); err != nil || writeErr != nil {
		return fmt.Errorf("write the data folder's secrets: %w", writeErr)
	}
	return os.Rename(draft.Name(), path)
}

// Keys are the secrets that protect data and tokens, from the settings or the data folder.
func (c Config) Keys() (master string, jwt *rsa.PrivateKey, err error) {
	master, jwtText := c.MasterKey, c.JWTKey
	if master == "" || jwtText == "" {
		own, err := c.OwnSecrets()
		if err != nil {
			return "", nil, err
		}
		if master == "" {
			master = own.MasterKey
		}
		if jwtText == "" {
			jwtText = own.JWTKey
		}
	}
	jwt, err = readRSA(jwtText)
	return master, jwt, err
}

func readRSA(text string) (*rsa.PrivateKey, error) {
	if !strings.Contains(text, "-----BEGIN") {
		file, err := os.ReadFile(text)
		if err != nil {
			return nil, fmt.Errorf("HAMPI_JWT_KEY is neither a PEM key nor a file that can be read")
		}
		text = string(file)
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, fmt.Errorf("HAMPI_JWT_KEY holds no PEM key; make one with: openssl genrsa 3072")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(*rsa.PrivateKey)
	if err != nil || !ok || key.N.BitLen() < 2048 {
		return nil, fmt.Errorf("HAMPI_JWT_KEY must be an RSA key of 2048 bits or more; make one with: openssl genrsa 3072")
	}
	return key, nil
}
