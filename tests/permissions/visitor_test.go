package permissions_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/demo"
)

// visitor is somebody who signed in as people do: with password and code, and a cookie since.
type visitor struct {
	at      clinics
	email   string
	cookies map[string]*http.Cookie
}

// signIn goes through the steps of /ingresar.
func (c clinics) signIn(email string) *visitor {
	GinkgoHelper()
	// A code opens once; the same person may come in again within the same half minute of a spec.
	_, err := c.world.Admin.Exec(context.Background(), "update users set totp_last_step = 0")
	Expect(err).NotTo(HaveOccurred())
	v := &visitor{at: c, email: email, cookies: map[string]*http.Cookie{}}
	v.send(http.MethodPost, "/ingresar", url.Values{"email": {email}, "password": {demo.Password}})
	answer := v.send(http.MethodPost, "/ingresar/codigo", url.Values{"code": {accounts.CodeAt(demo.Secret, time.Now())}})
	Expect(answer.Code).To(BeNumerically("<", 400), email+": "+answer.Body.String())
	Expect(v.send(http.MethodGet, "/", nil).Header().Get("Location")).NotTo(HavePrefix("/ingresar"), email+" is in")
	return v
}

// send asks as the browser of this person does.
func (v *visitor) send(method, address string, form url.Values) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, address, strings.NewReader(form.Encode()))
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return v.do(request)
}

func (v *visitor) sendJSON(method, address, body string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, address, strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	return v.do(request)
}

func (v *visitor) do(request *http.Request) *httptest.ResponseRecorder {
	for _, cookie := range v.cookies {
		request.AddCookie(cookie)
	}
	answer := httptest.NewRecorder()
	v.at.Echo.ServeHTTP(answer, request)
	for _, cookie := range answer.Result().Cookies() {
		v.cookies[cookie.Name] = cookie
	}
	return answer
}
