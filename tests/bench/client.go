//go:build !js

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/platform/pii"
)

// desk is somebody of a clinic who is signed in at a browser.
type desk struct {
	clinic  *clinic
	program http.Handler
	cookies map[string]string
}

// signIn lets somebody in by password and, where the account has one, by the code of the application.
func (h *house) signIn(ctx context.Context, program http.Handler, c *clinic, p person) (*desk, error) {
	if err := h.forget(ctx, p); err != nil {
		return nil, err
	}
	if p.role != "receptionist" && p.role != "cashier" {
		if err := h.giveFactor(ctx, p); err != nil {
			return nil, err
		}
	}
	d := &desk{clinic: c, program: program, cookies: map[string]string{}}
	answer := d.send(post("/ingresar", url.Values{"email": {p.email}, "password": {password}}))
	if answer.Code == http.StatusOK {
		answer = d.send(post("/ingresar/codigo", url.Values{"code": {accounts.CodeAt(secret, h.now())}}))
	}
	if answer.Code != http.StatusSeeOther {
		return nil, fmt.Errorf("%s is not let in: status %d\n%s", p.email, answer.Code, answer.Body.String())
	}
	return d, nil
}

// forget takes back earlier runs: this moment's code was used, and this person was signed in, also later than now.
func (h *house) forget(ctx context.Context, p person) error {
	for _, command := range []string{
		"update users set totp_last_step = 0 where id = $1", "delete from logins where user_id = $1", "delete from login_attempts where $1::uuid is not null",
	} {
		if _, err := h.admin.Exec(ctx, command, p.user); err != nil {
			return fmt.Errorf("forget earlier runs: %w", err)
		}
	}
	return nil
}

func (h *house) giveFactor(ctx context.Context, p person) error {
	keys, err := h.vault.Keys(ctx, uuid.Nil)
	if err != nil {
		return err
	}
	sealed, err := keys.Encrypt(secret, pii.Place{Table: "users", Column: "totp_secret", Row: p.user})
	if err != nil {
		return err
	}
	_, err = h.admin.Exec(ctx, "update users set totp_secret = $1, totp_confirmed_at = coalesce(totp_confirmed_at, now()) where id = $2", sealed, p.user)
	return err
}

// send asks the program in this process and keeps its cookies.
func (d *desk) send(r *http.Request) *httptest.ResponseRecorder {
	for name, value := range d.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	answer := httptest.NewRecorder()
	d.program.ServeHTTP(answer, r)
	for _, cookie := range answer.Result().Cookies() {
		d.cookies[cookie.Name] = cookie.Value
	}
	return answer
}

func get(path string) *http.Request { return httptest.NewRequest(http.MethodGet, path, nil) }

func post(path string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// fragment marks a request as htmx does, looking at an address.
func fragment(r *http.Request, from string) *http.Request {
	r.Header.Set("HX-Request", "true")
	r.Header.Set("HX-Current-URL", "http://example.com"+from)
	return r
}
