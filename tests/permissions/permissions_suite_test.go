// Package permissions compares who may go where with a table that people have reviewed, and knocks at every door with
// another clinic's ids.
package permissions_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/config"
	"hampi/modules"
	"hampi/modules/demo"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/mail"
)

func TestPermissions(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Permissions")
}

var (
	world *dbtest.World
	app   *modules.App
	key   *rsa.PrivateKey
)

var _ = BeforeSuite(func() {
	world = dbtest.Start().World()
	_, err := world.Admin.Exec(context.Background(), "update clinics set demo = true")
	Expect(err).NotTo(HaveOccurred())
	Expect(demo.Fill(context.Background(), demo.Deps{DB: world.DB, Vault: world.Vault, Now: clock.System})).To(Succeed())
	key, err = rsa.GenerateKey(rand.Reader, 2048)
	Expect(err).NotTo(HaveOccurred())
	app, err = modules.Build(modules.Parts{
		Config: config.Config{Env: config.Development, RateLimit: 1_000_000, RateLimitAnon: 1_000_000},
		DB:     world.DB, Vault: world.Vault, JWTKey: key, Mail: mail.Folder{Dir: GinkgoT().TempDir(), From: "Hampi <hampi@localhost>"},
		Address: func() string { return "http://localhost" }, Now: clock.System,
		Log: slog.New(slog.NewTextHandler(GinkgoWriter, &slog.HandlerOptions{Level: slog.LevelWarn})), Version: "spec",
	})
	Expect(err).NotTo(HaveOccurred())
})
