// Package permissions compares who may go where with a table that people have reviewed, and knocks at every door with
// another clinic's ids.
package permissions_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
	"testing"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/config"
	"hampi/modules"
	"hampi/modules/demo"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/database/dbtest"
	"hampi/modules/platform/files"
	"hampi/modules/platform/mail"
)

func TestPermissions(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Permissions")
}

// clinics is the built program over a demonstration of its own, asked in this process.
type clinics struct {
	*modules.App
	world *dbtest.World
}

var (
	cluster *dbtest.Cluster
	shared  clinics // what specs that change nothing ask
)

var _ = BeforeSuite(func() {
	cluster = dbtest.Start()
	shared = open()
})

// open builds the program over a database with the demonstration clinics.
func open() clinics {
	GinkgoHelper()
	world := cluster.World()
	_, err := world.Admin.Exec(context.Background(), "update clinics set demo = true")
	Expect(err).NotTo(HaveOccurred())
	Expect(demo.Fill(context.Background(), demo.Deps{DB: world.DB, Vault: world.Vault, Now: clock.System})).To(Succeed())
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	Expect(err).NotTo(HaveOccurred())
	folder, err := files.NewFolder(GinkgoT().TempDir())
	Expect(err).NotTo(HaveOccurred())
	app, err := modules.Build(modules.Parts{
		Config: config.Config{Env: config.Development, RateLimit: 1_000_000, RateLimitAnon: 1_000_000},
		DB:     world.DB, Vault: world.Vault, Storage: files.New(folder, world.Vault), JWTKey: key, Mail: mail.Folder{Dir: GinkgoT().TempDir(), From: "Hampi <hampi@localhost>"},
		Address: func() string { return "http://localhost" }, Now: clock.System,
		Log: slog.New(slog.NewTextHandler(GinkgoWriter, &slog.HandlerOptions{Level: slog.LevelWarn})), Version: "spec",
	})
	Expect(err).NotTo(HaveOccurred())
	return clinics{app, world}
}

// clinicID is the id of the demonstration clinic of that short name.
func (c clinics) clinicID(slug string) uuid.UUID {
	GinkgoHelper()
	var id uuid.UUID
	Expect(c.world.Admin.QueryRow(context.Background(), "select id from clinics where slug = $1", slug).Scan(&id)).To(Succeed())
	return id
}
