//go:build !js

package accounts

import "github.com/google/uuid"

// loginOfToken reads which log-in an access token names.
func (s *SignIn) loginOfToken(string) (uuid.UUID, bool) { return uuid.Nil, false }
