package permissions_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/accounts"
	"hampi/modules/platform/clock"
)

const platformPassword = "Quinua tostada al alba 27"

// platform is somebody who runs Hampi for all clinics, and is signed in.
func (c clinics) platform() *visitor {
	GinkgoHelper()
	ctx, email := context.Background(), uuid.NewString()[:8]+"@hampi.pe"
	hasher, err := accounts.NewPasswordHasher(accounts.PasswordParams())
	Expect(err).NotTo(HaveOccurred())
	platform := accounts.NewPlatform(c.world.DB, c.world.Vault, hasher, clock.System)
	Expect(platform.CreateSuperAdmin(ctx, accounts.NewSuperAdmin{Name: "Raíz", Email: email, Password: platformPassword})).To(Succeed())
	v := &visitor{at: c, email: email, cookies: map[string]*http.Cookie{}}
	enrol := v.send(http.MethodPost, "/ingresar", map[string][]string{"email": {email}, "password": {platformPassword}})
	secret := regexp.MustCompile(`select-all">([A-Z2-7 ]+)<`).FindStringSubmatch(enrol.Body.String())
	Expect(secret).To(HaveLen(2))
	code := accounts.CodeAt(strings.ReplaceAll(secret[1], " ", ""), clock.System())
	Expect(v.send(http.MethodPost, "/ingresar/registro", map[string][]string{"code": {code}}).Code).To(BeNumerically("<", 400))
	return v
}

var _ = Describe("the job queue's own pages", func() {
	const path = "/plataforma/trabajos"

	It("are there for those who run Hampi, under rules of their own", func() {
		v := shared.platform()
		Expect(v.send(http.MethodGet, path, nil).Header().Get("Location")).To(Equal(path + "/"))
		page := v.send(http.MethodGet, path+"/", nil)
		Expect(page.Code).To(Equal(http.StatusOK))
		Expect(page.Header().Get("Content-Security-Policy")).To(And(ContainSubstring("script-src 'self';"), ContainSubstring("style-src 'self' 'unsafe-inline'"), ContainSubstring("frame-ancestors 'none'")))
		Expect(page.Body.String()).To(ContainSubstring(`<a href="/"`), "the way back")
		for _, asset := range regexp.MustCompile(path+`/assets/[\w.-]+`).FindAllString(page.Body.String(), -1) {
			Expect(v.send(http.MethodGet, asset, nil).Code).To(Equal(http.StatusOK), asset)
		}
		states := v.send(http.MethodGet, path+"/api/states", nil)
		Expect(states.Code).To(Equal(http.StatusOK))
		Expect(states.Body.String()).To(ContainSubstring("available"))
		Expect(v.send(http.MethodGet, path+"/api/jobs?state=available", nil).Code).To(Equal(http.StatusOK))
		Expect(v.sendJSON(http.MethodPost, path+"/api/jobs/cancel", `{"ids":["1"]}`).Code).NotTo(Equal(http.StatusForbidden))
		Expect(v.send(http.MethodGet, "/plataforma/clinicas", nil).Body.String()).To(ContainSubstring(path), "the navigation leads there")
	})

	It("do not exist for anybody of a clinic", func() {
		for _, email := range []string{"duena@demo.pe", "admin@demo.pe", "recepcion@demo.pe"} {
			v := shared.signIn(email)
			for _, address := range []string{path, path + "/", path + "/api/jobs", path + "/assets/x.js"} {
				Expect(v.send(http.MethodGet, address, nil).Code).To(Equal(http.StatusNotFound), email+" "+address)
			}
			Expect(v.sendJSON(http.MethodPost, path+"/api/jobs/delete", `{"ids":["1"]}`).Code).To(Equal(http.StatusNotFound))
			Expect(v.send(http.MethodGet, "/agenda", nil).Body.String()).NotTo(ContainSubstring(path))
		}
		stranger := &visitor{at: shared, cookies: map[string]*http.Cookie{}}
		Expect(stranger.send(http.MethodGet, path+"/api/jobs", nil).Code).NotTo(Equal(http.StatusOK))
	})
})
