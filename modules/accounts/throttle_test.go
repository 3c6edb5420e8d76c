package accounts_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("guessing", func() {
	var app *signInApp

	BeforeEach(func() {
		app = newSignInApp()
		app.give(app.Norte.People["receptionist"].User, "recepcion@norte.pe", "")
		app.give(app.Norte.People["doctor"].User, "doctora@norte.pe", knownSecret)
	})

	guess := func(b *browser, email string) answer {
		return b.swap("/ingresar", "email", email, "password", "otra cosa distinta")
	}

	DescribeTable("is free five times, then waits that double up to fifteen minutes", func(email string) {
		b := app.browser()
		for range 5 {
			Expect(guess(b, email).Body).To(ContainSubstring("no coinciden"))
		}
		for _, wait := range []int{30, 60, 120, 240, 480, 900, 900} {
			refused := guess(b, email)
			Expect(refused.Body).To(ContainSubstring(fmt.Sprintf("Espere %d segundos", wait)))
			Expect(refused.Header.Get("Retry-After")).To(Equal(fmt.Sprint(wait)))
			app.clock.Pass(time.Duration(wait) * time.Second)
			Expect(guess(b, email).Body).To(ContainSubstring("no coinciden"))
		}
	}, Entry("for somebody known", "recepcion@norte.pe"), Entry("for somebody unknown alike", "nadie@norte.pe"))

	It("says 429 to a plain form", func() {
		b := app.browser()
		for range 5 {
			guess(b, "recepcion@norte.pe")
		}
		Expect(b.post("/ingresar", "email", "recepcion@norte.pe", "password", goodPassword).Status).To(Equal(429))
	})

	It("refuses the right password too while it waits, and forgets failures after it", func() {
		b := app.browser()
		for range 5 {
			guess(b, "recepcion@norte.pe")
		}
		Expect(b.swap("/ingresar", "email", "recepcion@norte.pe", "password", goodPassword).Status).To(Equal(422))
		app.clock.Pass(30 * time.Second)
		Expect(b.swap("/ingresar", "email", "recepcion@norte.pe", "password", goodPassword).Status).To(Equal(200))
		for range 5 {
			Expect(guess(app.browser(), "recepcion@norte.pe").Body).To(ContainSubstring("no coinciden"))
		}
	})

	It("does not lock a person out of the device that was signed in before", func() {
		own := app.signedIn("recepcion@norte.pe")
		own.post("/salir")
		app.clock.Pass(time.Minute)
		for range 5 {
			guess(app.browser(), "recepcion@norte.pe")
		}
		Expect(app.browser().swap("/ingresar", "email", "recepcion@norte.pe", "password", goodPassword).Body).To(ContainSubstring("Espere 30 segundos"))
		Expect(own.swap("/ingresar", "email", "recepcion@norte.pe", "password", goodPassword).Header.Get("HX-Redirect")).To(Equal("/"))
	})

	It("gives no allowance to a device of another person, nor to an invented one", func() {
		app.give(app.Norte.People["cashier"].User, "caja@norte.pe", "")
		other := app.signedIn("caja@norte.pe")
		for range 5 {
			guess(other, "recepcion@norte.pe")
		}
		Expect(guess(app.browser(), "recepcion@norte.pe").Body).To(ContainSubstring("Espere"))
		invented := app.browser().request("POST", "/ingresar", formOf("email", "recepcion@norte.pe", "password", goodPassword),
			"HX-Request", "true", "Cookie", "equipo="+strings.Repeat("x", 22))
		Expect(invented.Body).To(ContainSubstring("Espere"))
	})

	It("ends after a hundred failures in a row, until the password is reset", func() {
		b := app.browser()
		guess(b, "recepcion@norte.pe")
		app.exec("update login_attempts set failures = 99 where subject like 'account:%'")
		guess(b, "recepcion@norte.pe")
		app.clock.Pass(24 * time.Hour)
		Expect(b.swap("/ingresar", "email", "recepcion@norte.pe", "password", goodPassword).Body).To(ContainSubstring("Cree una contraseña nueva"))
	})

	It("counts guesses made at the same moment: no more than five are looked at", func() {
		var looked atomic.Int32
		var all sync.WaitGroup
		for range 15 {
			all.Go(func() {
				defer GinkgoRecover()
				if strings.Contains(guess(app.browser(), "recepcion@norte.pe").Body, "no coinciden") {
					looked.Add(1)
				}
			})
		}
		all.Wait()
		Expect(looked.Load()).To(BeEquivalentTo(5))
	})

	It("takes twenty sign-ins a minute from one address", func() {
		for i := range 20 {
			Expect(guess(app.browser(), fmt.Sprintf("persona%d@norte.pe", i)).Body).To(ContainSubstring("no coinciden"))
		}
		Expect(app.browser().swap("/ingresar", "email", "recepcion@norte.pe", "password", goodPassword).Body).To(ContainSubstring("Espere 60 segundos"))
		app.clock.Pass(time.Minute)
		Expect(app.browser().swap("/ingresar", "email", "recepcion@norte.pe", "password", goodPassword).Header.Get("HX-Redirect")).To(Equal("/"))
	})

	It("does not count those who get in", func() {
		for range 25 {
			Expect(app.browser().swap("/ingresar", "email", "recepcion@norte.pe", "password", goodPassword).Header.Get("HX-Redirect")).To(Equal("/"))
		}
	})

	It("takes a recovery code once, also when it is sent twice at the same moment", func() {
		b := app.signedIn("doctora@norte.pe")
		app.clock.Pass(30 * time.Second)
		codes := codesShown(b.post("/mi-cuenta/recuperacion", "actual", goodPassword, "code", app.code()).Body)
		Expect(codes).To(HaveLen(10))
		var in atomic.Int32
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				defer GinkgoRecover()
				b := app.browser()
				b.swap("/ingresar", "email", "doctora@norte.pe", "password", goodPassword)
				if b.swap("/ingresar/codigo", "recuperacion", codes[0]).Header.Get("HX-Redirect") != "" {
					in.Add(1)
				}
			})
		}
		all.Wait()
		Expect(in.Load()).To(BeEquivalentTo(1))
	})

	It("takes five codes in five minutes", func() {
		b := app.browser()
		b.swap("/ingresar", "email", "doctora@norte.pe", "password", goodPassword)
		for range 5 {
			Expect(b.swap("/ingresar/codigo", "code", "000000").Body).To(ContainSubstring("no coincide"))
		}
		Expect(b.swap("/ingresar/codigo", "code", app.code()).Body).To(ContainSubstring("Espere 300 segundos"))
		Expect(b.swap("/ingresar/codigo", "recuperacion", "AAAA-AAAA-AAAA-AAAA").Body).To(ContainSubstring("Espere"))
		app.clock.Pass(5 * time.Minute)
		Expect(b.swap("/ingresar/codigo", "code", app.code()).Header.Get("HX-Redirect")).To(Equal("/"))
	})

	It("takes a code once, also when it is sent twice at the same moment", func() {
		var in atomic.Int32
		browsers := []*browser{}
		for range 4 {
			b := app.browser()
			b.swap("/ingresar", "email", "doctora@norte.pe", "password", goodPassword)
			browsers = append(browsers, b)
		}
		var all sync.WaitGroup
		code := app.code()
		for _, b := range browsers {
			all.Go(func() {
				defer GinkgoRecover()
				if b.swap("/ingresar/codigo", "code", code).Header.Get("HX-Redirect") != "" {
					in.Add(1)
				}
			})
		}
		all.Wait()
		Expect(in.Load()).To(BeEquivalentTo(1))
	})

	It("takes the code of the step before, and none older or newer", func() {
		try := func(shift time.Duration) string {
			b := app.browser()
			b.swap("/ingresar", "email", "doctora@norte.pe", "password", goodPassword)
			return b.swap("/ingresar/codigo", "code", app.codeAt(shift)).Header.Get("HX-Redirect")
		}
		Expect(try(-60 * time.Second)).To(BeEmpty())
		Expect(try(30 * time.Second)).To(BeEmpty())
		Expect(try(-30 * time.Second)).To(Equal("/"))
		Expect(try(-30*time.Second)).To(BeEmpty(), "used")
		Expect(try(0)).To(Equal("/"))
		Expect(try(-30*time.Second)).To(BeEmpty(), "older than one used")
	})

	It("keeps addresses and passwords out of what it stores about guesses", func() {
		guess(app.browser(), "recepcion@norte.pe")
		Expect(app.count(`select count(*) from (select subject as t from login_attempts union all select detail::text || kind from security_events) x
			where t like '%norte%' or t like '%otra cosa%' or t like '%127.0.0.1%'`)).To(BeZero())
		Expect(app.count("select count(*) from security_events where kind = 'password_wrong' and user_id is not null and ip <> ''")).To(Equal(1))
	})
})
