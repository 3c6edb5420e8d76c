//go:build !js

// Package dbtest gives suites a real PostgreSQL: one server a suite, one cloned database where a spec commits,
// one rolled-back transaction where it does not.
package dbtest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/access"
	"hampi/modules/platform/database"
	"hampi/modules/platform/database/embedded"
	"hampi/modules/platform/pii"
)

// Cluster is a PostgreSQL of the suite's own, with one migrated database to clone from.
type Cluster struct {
	server    *embedded.Server
	passwords map[string]string
	clones    atomic.Int64
}

const template = "hampi_template"

// Start runs a server of the suite's own over a copy of the template. Call it in BeforeSuite; it stops with the suite.
func Start() *Cluster {
	GinkgoHelper()
	ctx := context.Background()
	made, err := ready(ctx)
	Expect(err).NotTo(HaveOccurred())
	dir, err := Scratch("hampi-test-")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	Expect(copyTree(dir, made)).To(Succeed())
	text, err := os.ReadFile(filepath.Join(made, passwordsFile))
	Expect(err).NotTo(HaveOccurred())
	c := &Cluster{passwords: map[string]string{}}
	Expect(json.Unmarshal(text, &c.passwords)).To(Succeed())
	c.server, err = embedded.Start(ctx, options(dir))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(c.server.Stop(context.Background())).To(Succeed()) })
	return c
}

// Root is the project's folder: the one with go.mod above where the specs run.
func Root() string {
	folder, err := os.Getwd()
	Expect(err).NotTo(HaveOccurred())
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder
		}
		above := filepath.Dir(folder)
		Expect(above).NotTo(Equal(folder), "no go.mod above the specs")
		folder = above
	}
}

func nodeModules() string { return filepath.Join(Root(), "static", "node_modules") }

// World is one database of its own with two clinics, Norte and Sur.
type World struct {
	DB         *database.DB
	Vault      *pii.Vault
	Logins     database.Logins
	Owner      *pgxpool.Pool // row-level security binds it too
	Admin      *pgxpool.Pool // the server's superuser: sees everything
	Norte, Sur Clinic
}

// Clinic is an invented clinic with a site and its people: a membership for each role.
type Clinic struct {
	ID, Site uuid.UUID
	Name     string
	People   map[string]Person // by role: clinic_admin, doctor, assistant, cashier, receptionist
}

// Person is somebody who works in a clinic.
type Person struct{ User, Membership uuid.UUID }

// World clones the template and opens it with every login. It is dropped after the spec (or container).
func (c *Cluster) World() *World {
	GinkgoHelper()
	ctx := context.Background()
	name := fmt.Sprintf("hampi_%d", c.clones.Add(1))
	admin, err := pgx.Connect(ctx, c.server.URL("postgres"))
	Expect(err).NotTo(HaveOccurred())
	defer admin.Close(ctx) //nolint:errcheck // a test's own connection
	Expect(clone(ctx, admin, name)).To(Succeed())

	logins, err := database.Provision(ctx, c.server.URL("postgres"), name, c.passwords)
	Expect(err).NotTo(HaveOccurred())
	w := &World{Logins: logins}
	w.DB, err = database.Open(ctx, database.Options{AppURL: logins.App, SystemURL: logins.System, MaxConnections: 20})
	Expect(err).NotTo(HaveOccurred())
	w.Owner, err = pgxpool.New(ctx, logins.Owner)
	Expect(err).NotTo(HaveOccurred())
	w.Admin, err = pgxpool.New(ctx, c.server.URL(name))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() {
		w.DB.Close()
		w.Owner.Close()
		w.Admin.Close()
		drop, err := pgx.Connect(context.Background(), c.server.URL("postgres"))
		Expect(err).NotTo(HaveOccurred())
		defer drop.Close(context.Background()) //nolint:errcheck // a test's own connection
		_, err = drop.Exec(context.Background(), "drop database "+name+" with (force)")
		Expect(err).NotTo(HaveOccurred())
	})
	master, err := pii.NewMaster([]byte(strings.Repeat("k", 32)))
	Expect(err).NotTo(HaveOccurred())
	w.Vault = pii.NewVault(master, pii.NewPostgresKeyStore(w.DB.AsSystem), func() time.Time { return time.Now().UTC() })
	w.Norte = w.AddClinic("Clínica Norte")
	w.Sur = w.AddClinic("Clínica Sur")
	return w
}

// clone copies the template. The system copies the files where server and system know how, in a third of the time.
func clone(ctx context.Context, admin *pgx.Conn, name string) error {
	create := "create database " + name + " template " + template + " owner hampi_owner"
	if _, err := admin.Exec(ctx, "set file_copy_method = 'clone'"); err == nil {
		if _, err := admin.Exec(ctx, create+" strategy file_copy"); err == nil {
			return nil
		}
	}
	_, err := admin.Exec(ctx, create)
	return err
}

// AddClinic invents a clinic with one person for each role.
func (w *World) AddClinic(name string) Clinic {
	GinkgoHelper()
	ctx := context.Background()
	clinic := Clinic{ID: newID(), Site: newID(), Name: name, People: map[string]Person{}}
	w.exec(ctx, "insert into clinics (id, slug, name) values ($1, $2, $3)", clinic.ID, clinic.ID.String(), name)
	w.exec(ctx, "insert into sites (clinic_id, id, name) values ($1, $2, 'Centro')", clinic.ID, clinic.Site)
	for _, role := range []string{"clinic_admin", "doctor", "assistant", "cashier", "receptionist"} {
		clinic.People[role] = w.AddPerson(clinic, role+" de "+name, role)
	}
	return clinic
}

// AddPerson invents somebody who works in clinic with these roles.
func (w *World) AddPerson(clinic Clinic, name string, roles ...string) Person {
	GinkgoHelper()
	ctx := context.Background()
	p := Person{User: newID(), Membership: newID()}
	w.exec(ctx, "insert into users (id, name, email) values ($1, $2, '')", p.User, name)
	w.exec(ctx, "insert into memberships (clinic_id, id, user_id, roles, site_id) values ($1, $2, $3, $4, $5)",
		clinic.ID, p.Membership, p.User, roles, clinic.Site)
	return p
}

func (w *World) exec(ctx context.Context, sql string, args ...any) {
	GinkgoHelper()
	_, err := w.Admin.Exec(ctx, sql, args...)
	Expect(err).NotTo(HaveOccurred())
}

// Scope is the transaction scope of somebody of clinic; role picks the person.
func (c Clinic) Scope(role string) database.Scope {
	return database.Scope{ClinicID: c.ID, UserID: c.People[role].User, RequestID: "spec", IP: "127.0.0.1"}
}

// Identity is how a request of that person comes in; permissions are what the spec says.
func (c Clinic) Identity(role string, permissions ...access.Permission) access.Identity {
	may := map[access.Permission]bool{}
	for _, p := range permissions {
		may[p] = true
	}
	return access.Identity{
		UserID: c.People[role].User, ClinicID: c.ID, MembershipID: c.People[role].Membership, SiteID: c.Site,
		Name: role, Roles: []string{role}, Permissions: may, TimeZone: "America/Lima",
	}
}

// RolledBack is a context inside a transaction of that clinic which is undone after the spec.
func (w *World) RolledBack(clinic Clinic, role string, permissions ...access.Permission) context.Context {
	ctx := access.With(context.Background(), clinic.Identity(role, permissions...))
	ctx, session := w.DB.Begin(ctx, clinic.Scope(role))
	DeferCleanup(session.Rollback)
	return ctx
}

// Committed runs f in a transaction of that clinic and commits it.
func (w *World) Committed(clinic Clinic, role string, f func(ctx context.Context) error, permissions ...access.Permission) error {
	ctx := access.With(context.Background(), clinic.Identity(role, permissions...))
	return w.DB.InClinic(ctx, clinic.Scope(role), f)
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
