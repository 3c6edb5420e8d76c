//go:build !js

package accounts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"hampi/modules/platform/web"
)

// Durations of a program's log-in.
const (
	accessFor     = 15 * time.Minute
	refreshFor    = 7 * 24 * time.Hour // after the last refresh
	tokensLongest = 30 * 24 * time.Hour
	mfaTokenFor   = 5 * time.Minute
)

// A token serves one purpose: its audience and type say which, and each is checked.
const (
	tokenIssuer    = "hampi"
	accessAudience = "hampi-api"
	accessType     = "at+jwt"
	mfaAudience    = "hampi-mfa"
	mfaType        = "mfa+jwt"
)

type tokenClaims struct {
	Login string `json:"sid,omitempty"`
	jwt.RegisteredClaims
}

// issue signs a token for a person; login is empty for one that only asks for the code.
func (s *SignIn) issue(kind, audience string, user uuid.UUID, login string, lasts time.Duration) (string, error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return "", fmt.Errorf("name a token: %w", err)
	}
	now := s.now()
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, tokenClaims{Login: login, RegisteredClaims: jwt.RegisteredClaims{
		Issuer: tokenIssuer, Audience: jwt.ClaimStrings{audience}, Subject: user.String(), ID: id.String(),
		IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(lasts)),
	}})
	token.Header["typ"] = kind
	signed, err := token.SignedString(s.key)
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	return signed, nil
}

// readToken checks signature, algorithm, issuer, audience, type and times; false for anything else.
func (s *SignIn) readToken(text, kind, audience string) (tokenClaims, bool) {
	var claims tokenClaims
	parser := jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}), jwt.WithIssuer(tokenIssuer),
		jwt.WithAudience(audience), jwt.WithExpirationRequired(), jwt.WithTimeFunc(s.now))
	token, err := parser.ParseWithClaims(text, &claims, func(*jwt.Token) (any, error) { return &s.key.PublicKey, nil })
	if err != nil || !token.Valid || token.Header["typ"] != kind {
		return tokenClaims{}, false
	}
	return claims, true
}

// loginOfToken reads which log-in an access token names.
func (s *SignIn) loginOfToken(text string) (uuid.UUID, bool) {
	claims, ok := s.readToken(text, accessType, accessAudience)
	if !ok {
		return uuid.Nil, false
	}
	id, err := uuid.Parse(claims.Login)
	return id, err == nil
}

// tokenPair is what a program goes on with.
type tokenPair struct {
	Access  string
	Refresh string
}

// openTokens begins a program's log-in.
func (s *SignIn) openTokens(ctx context.Context, a account, from client) (tokenPair, error) {
	places, err := s.Workplaces(ctx, a.ID)
	if err != nil {
		return tokenPair{}, err
	}
	place, err := choosePlace(a, places)
	if err != nil {
		return tokenPair{}, s.refused(ctx, err, securityEvent{Kind: EventNoWorkplace, User: a.ID}, from)
	}
	login, err := s.openLogin(ctx, newLogin{User: a.ID, Place: place, Kind: "api", From: from, Ends: s.now().Add(refreshFor)})
	if err != nil {
		return tokenPair{}, err
	}
	refresh, hash := newLinkToken()
	const store = "insert into refresh_tokens (hash, login_id, expires_at, created_at) values ($1, $2, $3, $4)"
	if _, err := s.db.SystemPool().Exec(ctx, store, hash, login, s.now().Add(refreshFor), s.now()); err != nil {
		return tokenPair{}, fmt.Errorf("store a refresh token: %w", err)
	}
	access, err := s.issue(accessType, accessAudience, a.ID, login.String(), accessFor)
	if err != nil {
		return tokenPair{}, err
	}
	return tokenPair{access, refresh}, s.note(ctx, securityEvent{Kind: EventSignedIn, User: a.ID, Clinic: place.ClinicID, IP: from.IP,
		RequestID: from.RequestID, Detail: map[string]any{"login": login, "api": true, "second_factor": a.HasFactor()}})
}

// refreshTokens exchanges a refresh token for a new pair, once. One that comes a second time was copied: its whole
// log-in ends.
func (s *SignIn) refreshTokens(ctx context.Context, refresh string, from client) (tokenPair, error) {
	var login uuid.UUID
	const find = "select login_id from refresh_tokens where hash = $1"
	err := s.db.SystemPool().QueryRow(ctx, find, hashOfToken(refresh)).Scan(&login)
	if errors.Is(err, pgx.ErrNoRows) {
		return tokenPair{}, web.ErrSignIn
	}
	if err != nil {
		return tokenPair{}, fmt.Errorf("look a refresh token up: %w", err)
	}
	who, ok, err := s.identify(ctx, login, "api", true)
	if err != nil {
		return tokenPair{}, err
	}
	if !ok {
		return tokenPair{}, web.ErrSignIn
	}
	next, hash := newLinkToken()
	rotated, err := s.rotate(ctx, login, hashOfToken(refresh), hash)
	if err != nil {
		return tokenPair{}, err
	}
	if !rotated {
		if err := s.endLogin(ctx, login, "token_reused"); err != nil {
			return tokenPair{}, err
		}
		return tokenPair{}, s.refused(ctx, web.ErrSignIn, securityEvent{Kind: EventTokenReused, User: who.UserID, Clinic: who.ClinicID,
			Detail: map[string]any{"login": login}}, from)
	}
	access, err := s.issue(accessType, accessAudience, who.UserID, login.String(), accessFor)
	return tokenPair{access, next}, err
}

// rotate uses a token up and puts the next one in its place; false when it was used before or is too old.
func (s *SignIn) rotate(ctx context.Context, login uuid.UUID, old, next []byte) (rotated bool, err error) {
	now := s.now()
	err = s.db.AsSystem(ctx, "exchange a refresh token", func(tx *gorm.DB) error {
		used := tx.Exec("update refresh_tokens set used_at = ? where hash = ? and used_at is null and expires_at > ?", now, old, now)
		if used.Error != nil || used.RowsAffected == 0 {
			return used.Error
		}
		const extend = "update logins set ends_at = least(?, created_at + ? * interval '1 second'), last_seen_at = ? where id = ? and ended_at is null"
		if err := tx.Exec(extend, now.Add(refreshFor), int(tokensLongest.Seconds()), now, login).Error; err != nil {
			return err
		}
		rotated = true
		const store = "insert into refresh_tokens (login_id, hash, expires_at, created_at) select id, ?, ends_at, ? from logins where id = ?"
		return tx.Exec(store, next, now, login).Error
	})
	if err != nil {
		return false, fmt.Errorf("exchange a refresh token: %w", err)
	}
	return rotated, nil
}
