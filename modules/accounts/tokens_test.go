package accounts_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// tokens is what the API answers to a sign-in; problem what it refuses with.
type tokens struct {
	Status    int    `json:"-"`
	MFA       string `json:"mfa_token"`
	Access    string `json:"access_token"`
	Refresh   string `json:"refresh_token"`
	ExpiresIn int    `json:"expires_in"`
	Code      string `json:"code"`
	Detail    string `json:"detail"`
}

func (app *signInApp) call(path, token string, body map[string]string) tokens {
	GinkgoHelper()
	text, err := json.Marshal(body)
	Expect(err).NotTo(HaveOccurred())
	r, err := http.NewRequest(http.MethodPost, app.url+"/api/v1/auth/"+path, strings.NewReader(string(text)))
	Expect(err).NotTo(HaveOccurred())
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer := app.browser().send(r)
	got := tokens{Status: answer.Status}
	if answer.Body != "" {
		Expect(json.Unmarshal([]byte(answer.Body), &got)).To(Succeed(), answer.Body)
	}
	return got
}

var _ = Describe("signing in of programs", func() {
	var app *signInApp

	BeforeEach(func() {
		app = newSignInApp()
		app.give(app.Norte.People["receptionist"].User, "recepcion@norte.pe", "")
		app.give(app.Norte.People["doctor"].User, "doctora@norte.pe", knownSecret)
	})

	login := func(email string) tokens {
		GinkgoHelper()
		return app.call("login", "", map[string]string{"email": email, "password": goodPassword})
	}
	inside := func(token string) int {
		GinkgoHelper()
		return app.browser().get("/agenda", "Authorization", "Bearer "+token).Status
	}
	refresh := func(token string) tokens {
		GinkgoHelper()
		return app.call("refresh", "", map[string]string{"refresh_token": token})
	}

	It("gives tokens at once where no second factor is needed", func() {
		got := login("recepcion@norte.pe")
		Expect([]any{got.Status, got.ExpiresIn, got.MFA}).To(Equal([]any{200, 900, ""}))
		Expect(inside(got.Access)).To(Equal(200))
		Expect(inside(got.Access + "x")).To(Equal(303))
	})

	It("asks a doctor for the code with a token that serves for nothing else, and takes the code once", func() {
		step := login("doctora@norte.pe")
		Expect(step.Access + step.Refresh).To(BeEmpty())
		Expect(inside(step.MFA)).To(Equal(303))
		code := map[string]string{"mfa_token": step.MFA, "code": app.code()}
		got := app.call("mfa", "", code)
		Expect(inside(got.Access)).To(Equal(200))
		Expect(app.call("mfa", "", code).Status).To(Equal(401))
		Expect(app.call("mfa", "", map[string]string{"mfa_token": got.Access, "code": app.codeAt(30 * time.Second)}).Status).To(Equal(401))
		app.clock.Pass(6 * time.Minute)
		Expect(app.call("mfa", "", map[string]string{"mfa_token": step.MFA, "code": app.code()}).Status).To(Equal(401), "five minutes")
	})

	It("sends a doctor without a second factor to the browser", func() {
		app.exec("update users set totp_secret = null, totp_confirmed_at = null")
		got := login("doctora@norte.pe")
		Expect([]any{got.Status, got.Code}).To(Equal([]any{403, "mfa_enrollment_required"}))
		Expect(got.Detail).To(ContainSubstring("segundo paso"))
	})

	It("refuses a wrong password by 401 and guesses by 429", func() {
		for range 5 {
			wrong := app.call("login", "", map[string]string{"email": "recepcion@norte.pe", "password": "otra cosa distinta"})
			Expect(wrong.Status).To(Equal(401))
			Expect(wrong.Detail).To(And(ContainSubstring("correo"), ContainSubstring("contraseña")))
		}
		Expect(login("recepcion@norte.pe").Status).To(Equal(429))
	})

	It("lets an access token live for fifteen minutes, whatever the clinic's lock", func() {
		app.exec("update clinics set lock_after_minutes = 1")
		got := login("recepcion@norte.pe")
		app.clock.Pass(14 * time.Minute)
		Expect(inside(got.Access)).To(Equal(200))
		app.clock.Pass(2 * time.Minute)
		Expect(inside(got.Access)).To(Equal(303))
	})

	It("ends with logout, and when the log-in is revoked", func() {
		got := login("recepcion@norte.pe")
		Expect(app.call("logout", got.Access, nil).Status).To(Equal(204))
		Expect(inside(got.Access)).To(Equal(303))
		Expect(refresh(got.Refresh).Status).To(Equal(401))
		got = login("recepcion@norte.pe")
		app.exec("update logins set ended_at = now() where ended_at is null")
		Expect(inside(got.Access)).To(Equal(303))
		Expect(refresh(got.Refresh).Status).To(Equal(401))
	})

	It("rotates refresh tokens, and ends the whole log-in when one comes twice", func() {
		first := login("recepcion@norte.pe")
		second := refresh(first.Refresh)
		Expect(second.Status).To(Equal(200))
		Expect(second.Refresh).NotTo(Equal(first.Refresh))
		third := refresh(second.Refresh)
		Expect(inside(third.Access)).To(Equal(200))
		Expect(refresh(first.Refresh).Status).To(Equal(401))
		Expect(inside(third.Access)).To(Equal(303))
		Expect(refresh(third.Refresh).Status).To(Equal(401))
		Expect(app.count("select count(*) from security_events where kind = 'token_reused'")).To(Equal(1))
		Expect(app.count("select count(*) from refresh_tokens where encode(hash, 'escape') like '%' || $1 || '%'", third.Refresh)).To(BeZero())
	})

	It("ends seven days after the last refresh", func() {
		got := login("recepcion@norte.pe")
		app.clock.Pass(6 * 24 * time.Hour)
		got = refresh(got.Refresh)
		Expect(got.Status).To(Equal(200))
		app.clock.Pass(7*24*time.Hour + time.Second)
		Expect(refresh(got.Refresh).Status).To(Equal(401))
	})

	It("ends after thirty days at most", func() {
		got := login("recepcion@norte.pe")
		for range 5 {
			app.clock.Pass(5 * 24 * time.Hour)
			got = refresh(got.Refresh)
			Expect(got.Status).To(Equal(200))
		}
		app.clock.Pass(4 * 24 * time.Hour)
		got = refresh(got.Refresh)
		Expect(got.Status).To(Equal(200))
		app.clock.Pass(24*time.Hour + time.Second)
		Expect(refresh(got.Refresh).Status).To(Equal(401))
	})

	DescribeTable("refuses a forged token", func(forge func(jwt.MapClaims) string) {
		got := login("recepcion@norte.pe")
		var claims jwt.MapClaims
		_, _, err := jwt.NewParser().ParseUnverified(got.Access, &claims)
		Expect(err).NotTo(HaveOccurred())
		Expect(inside(forge(claims))).To(Equal(303))
	},
		Entry("without a signature", func(c jwt.MapClaims) string {
			token, err := jwt.NewWithClaims(jwt.SigningMethodNone, c).SignedString(jwt.UnsafeAllowNoneSignatureType)
			Expect(err).NotTo(HaveOccurred())
			return token
		}),
		Entry("signed by HMAC", func(c jwt.MapClaims) string {
			token := jwt.NewWithClaims(jwt.SigningMethodHS256, c)
			token.Header["typ"] = "at+jwt"
			signed, err := token.SignedString([]byte("key"))
			Expect(err).NotTo(HaveOccurred())
			return signed
		}),
		Entry("with other claims", func(jwt.MapClaims) string {
			got := login("recepcion@norte.pe")
			parts := strings.Split(got.Access, ".")
			parts[1] = base64.RawURLEncoding.EncodeToString([]byte(`{"sid":"x"}`))
			return strings.Join(parts, ".")
		}),
	)
})
