package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/database/dbtest"
)

// crossing is a database in which both clinics have a row in every table, so that whatever one does can miss or hit
// the other's. Checks, keys, exclusions and triggers are taken away first: what refuses here is the wall alone.
type crossing struct {
	*dbtest.World
	app    *pgxpool.Pool
	tables []table
}

func cross(world *dbtest.World) *crossing {
	GinkgoHelper()
	c := &crossing{World: world, tables: tenantTables(world.Admin)}
	var err error
	c.app, err = pgxpool.New(context.Background(), world.Logins.App)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(c.app.Close)
	c.takeAway()
	for _, t := range c.tables {
		if t.IsPartition {
			continue // its rows come through the table it is part of
		}
		for _, clinic := range []dbtest.Clinic{world.Norte, world.Sur} {
			c.fill(t.Name, clinic.ID)
		}
	}
	return c
}

func (c *crossing) admin(sql string, args ...any) {
	GinkgoHelper()
	_, err := c.Admin.Exec(context.Background(), sql, args...)
	Expect(err).NotTo(HaveOccurred(), sql)
}

func (c *crossing) takeAway() {
	GinkgoHelper()
	const constraints = `select format('alter table %I drop constraint if exists %I cascade', r.relname, k.conname)
		from pg_constraint k join pg_class r on r.oid = k.conrelid
		where r.relnamespace = 'public'::regnamespace and not r.relispartition and k.contype in ('c', 'f', 'x') order by k.contype desc`
	const triggers = `select format('drop trigger %I on %I', t.tgname, r.relname) from pg_trigger t join pg_class r on r.oid = t.tgrelid
		where r.relnamespace = 'public'::regnamespace and not t.tgisinternal and t.tgparentid = 0`
	for _, list := range []string{constraints, triggers} {
		for _, command := range collect(c.Admin, list, pgx.RowTo[string]) {
			c.admin(command)
		}
	}
}

// column is a column of a table, with a value that it takes.
type column struct {
	Name, Type string
	Needed     bool // has no default and is not null
	Given      bool // the server fills it itself
}

const columnsQuery = `
	select a.attname, format_type(a.atttypid, null), a.attnotnull and not a.atthasdef, a.attgenerated <> '' or a.attidentity <> ''
	  from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`

func (c *crossing) columns(table string) []column {
	GinkgoHelper()
	return collect(c.Admin, columnsQuery, pgx.RowToStructByPos[column], pgx.Identifier{table}.Sanitize())
}

// values invents something for each type that a column may have.
var values = map[string]string{
	"uuid": "gen_random_uuid()", "text": "gen_random_uuid()::text", "citext": "gen_random_uuid()::text", "character varying": "'x'",
	"smallint": "1", "integer": "1", "bigint": "1", "numeric": "1", "boolean": "false", "bytea": `'\x01'`,
	"timestamp with time zone": "now()", "date": "current_date", "time without time zone": "'10:00'", "interval": "'1 hour'",
	"json": "'{}'", "jsonb": "'{}'", "inet": "'127.0.0.1'", "xid8": "'1'", "tstzrange": "'empty'", "daterange": "'empty'", "point": "'(0,0)'",
}

// row is an insert of an invented row of a clinic.
func (c *crossing) row(table string, clinic uuid.UUID) string {
	GinkgoHelper()
	names, invented := []string{"clinic_id"}, []string{"'" + clinic.String() + "'"}
	for _, col := range c.columns(table) {
		if col.Name == "clinic_id" || !col.Needed || col.Given {
			continue
		}
		value, known := values[col.Type]
		if strings.HasSuffix(col.Type, "[]") {
			value, known = "'{}'", true
		}
		Expect(known).To(BeTrue(), "give the type %s of %s.%s a value", col.Type, table, col.Name)
		names, invented = append(names, pgx.Identifier{col.Name}.Sanitize()), append(invented, value)
	}
	return fmt.Sprintf("insert into %s (%s) values (%s)", pgx.Identifier{table}.Sanitize(), strings.Join(names, ", "), strings.Join(invented, ", "))
}

func (c *crossing) fill(table string, clinic uuid.UUID) {
	GinkgoHelper()
	var there bool
	name := pgx.Identifier{table}.Sanitize()
	Expect(c.Admin.QueryRow(context.Background(), "select exists (select 1 from "+name+" where clinic_id = $1)", clinic).Scan(&there)).To(Succeed())
	if !there {
		c.admin(c.row(table, clinic))
	}
}

// as runs one command as the clinics' login in a transaction of a clinic, which is undone, and returns how many rows
// it met. An empty clinic is a transaction that nobody has said anything to.
func (c *crossing) as(clinic, sql string) (int64, error) {
	GinkgoHelper()
	ctx := context.Background()
	tx, err := c.app.Begin(ctx)
	Expect(err).NotTo(HaveOccurred())
	defer tx.Rollback(ctx) //nolint:errcheck // undoing is the point
	if clinic != "" {
		_, err = tx.Exec(ctx, "select set_config('app.clinic_id', $1, true)", clinic)
		Expect(err).NotTo(HaveOccurred())
	}
	done, err := tx.Exec(ctx, sql)
	return done.RowsAffected(), err
}

// refused tells a refusal by the wall or by a missing right from any other failure, which proves nothing.
func refused(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "42501"
}

// mayUpdate is a column of the table that the clinics' login may set; "" for none.
func (c *crossing) mayUpdate(table string) string {
	GinkgoHelper()
	for _, col := range c.columns(table) {
		var may bool
		const ask = "select has_column_privilege('hampi_app', $1::regclass, $2::text, 'update')"
		Expect(c.Admin.QueryRow(context.Background(), ask, pgx.Identifier{table}.Sanitize(), col.Name).Scan(&may)).To(Succeed())
		if may && !col.Given {
			return col.Name
		}
	}
	return ""
}

// leaks tries everything that Sur might do to Norte's rows of a table, and says what got through.
func (c *crossing) leaks(t table) (found []string) {
	GinkgoHelper()
	name := pgx.Identifier{t.Name}.Sanitize()
	norte, sur := c.Norte.ID.String(), c.Sur.ID.String()
	set := c.mayUpdate(t.Name)
	if set == "" {
		set = "clinic_id" // is then refused for want of the right
	}
	set = pgx.Identifier{set}.Sanitize()
	of := " where clinic_id = '" + norte + "'"

	try := func(what, clinic, sql string) {
		met, err := c.as(clinic, sql)
		switch {
		case err == nil && met > 0:
			found = append(found, fmt.Sprintf("%s: %s met %d rows", t.Name, what, met))
		case err != nil && !refused(err):
			found = append(found, fmt.Sprintf("%s: %s failed for another reason: %s", t.Name, what, err))
		}
	}
	try("select", sur, "select 1 from "+name+of)
	try("insert", sur, c.row(t.Name, c.Norte.ID))
	try("update", sur, fmt.Sprintf("update %s set %s = %s%s", name, set, set, of))
	try("delete", sur, "delete from "+name+of)
	try("update of all that is not its own", sur, fmt.Sprintf("update %s set %s = %s where clinic_id <> '%s'", name, set, set, sur))
	// Without a condition: reading a column would put the policy for select to work as well.
	try("giving a row away", sur, fmt.Sprintf("update %s set clinic_id = '%s'", name, norte))
	try("select without a clinic", "", "select 1 from "+name)
	try("insert without a clinic", "", c.row(t.Name, c.Norte.ID))
	try("update without a clinic", "", fmt.Sprintf("update %s set %s = %s", name, set, set))
	try("delete without a clinic", "", "delete from "+name)
	return found
}

// reached tells whether Norte itself sees its row: else nothing that Sur does not see would prove anything.
func (c *crossing) reached(t table) bool {
	GinkgoHelper()
	met, err := c.as(c.Norte.ID.String(), "select 1 from "+pgx.Identifier{t.Name}.Sanitize()+" where clinic_id = '"+c.Norte.ID.String()+"'")
	return err == nil && met > 0
}

var _ = Describe("two clinics", Ordered, ContinueOnFailure, func() {
	var c *crossing
	BeforeAll(func() { c = cross(cluster.World()) })

	It("reach no row of each other in any table", func() {
		var found []string
		for _, t := range c.tables {
			found = append(found, c.leaks(t)...)
		}
		Expect(found).To(BeEmpty())
	})

	It("reach their own in each, so that this proves something", func() {
		for _, t := range c.tables {
			Expect(c.reached(t)).To(Equal(!t.IsPartition), t.Name)
		}
	})

	It("are both out of the system's reach where it has no business", func() {
		system, err := pgxpool.New(context.Background(), c.Logins.System)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(system.Close)
		for _, t := range c.tables {
			_, err := system.Exec(context.Background(), "select 1 from "+pgx.Identifier{t.Name}.Sanitize())
			Expect(refused(err)).To(Equal(!slices.Contains(systemSees[t.Name], "SELECT")), t.Name)
		}
	})

	It("would be told of a table without a wall", func() {
		c.admin(`create table open_house (clinic_id uuid not null, id uuid not null, note text not null default '', primary key (clinic_id, id))`)
		c.admin(`grant select, insert, update, delete on open_house to hampi_app`)
		DeferCleanup(c.admin, `drop table open_house`)
		t := table{Name: "open_house"}
		c.fill(t.Name, c.Norte.ID)
		c.fill(t.Name, c.Sur.ID)
		Expect(c.leaks(t)).To(HaveLen(10), "everything gets through")

		c.admin(`alter table open_house enable row level security`)
		c.admin(`create policy clinic on open_house to hampi_app using (clinic_id = nullif(current_setting('app.clinic_id', true), '')::uuid) with check (true)`)
		Expect(c.leaks(t)).To(ConsistOf(
			ContainSubstring("insert met"), ContainSubstring("giving a row away met"), ContainSubstring("insert without a clinic met")))
	})
})

// rowOf is an insert of an invented row that points at a row of the owner's table: Norte's, or a person's.
func (c *crossing) rowOf(table, column, owner string) string {
	GinkgoHelper()
	of := ""
	if !slices.Contains(globalTables, owner) {
		of = " where clinic_id = '" + c.Norte.ID.String() + "'"
	}
	var names, invented []string
	for _, col := range c.columns(table) {
		if !col.Needed && col.Name != "clinic_id" {
			continue
		}
		value := values[col.Type]
		switch col.Name {
		case "clinic_id":
			value = "'" + c.Norte.ID.String() + "'"
		case column:
			value = "(select id from " + owner + of + " limit 1)"
		}
		names, invented = append(names, col.Name), append(invented, value)
	}
	return fmt.Sprintf("insert into %s (%s) values (%s)", table, strings.Join(names, ", "), strings.Join(invented, ", "))
}

func (c *crossing) count(sql string) (n int) {
	GinkgoHelper()
	Expect(c.Admin.QueryRow(context.Background(), sql).Scan(&n)).To(Succeed())
	return n
}
