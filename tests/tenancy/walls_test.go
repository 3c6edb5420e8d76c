package tenancy_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/database/dbtest"
)

var _ = Describe("the wall of every table", Ordered, ContinueOnFailure, func() {
	var world *dbtest.World
	BeforeAll(func() { world = cluster.World() })

	It("stands", func() {
		Expect(tenantTables(world.Admin)).NotTo(BeEmpty())
		Expect(inspect(world.Admin)).To(BeEmpty())
	})

	// A good table to break: the smallest one that has nothing to object to.
	const good = `
		create table things (
		  clinic_id uuid not null references clinics (id) default nullif(current_setting('app.clinic_id', true), '')::uuid,
		  id uuid not null, site_id uuid, name text not null,
		  primary key (clinic_id, id), unique (clinic_id, name),
		  foreign key (clinic_id, site_id) references sites (clinic_id, id));
		call tenant_table('things', 'insert, update');`

	// after tells what the inspection finds after a change that is then undone.
	after := func(sql string) findings {
		GinkgoHelper()
		ctx := context.Background()
		tx, err := world.Admin.Begin(ctx)
		Expect(err).NotTo(HaveOccurred())
		defer tx.Rollback(ctx) //nolint:errcheck // undoing is the point
		_, err = tx.Exec(ctx, "set local role hampi_owner; "+good)
		Expect(err).NotTo(HaveOccurred())
		_, err = tx.Exec(ctx, "reset role; "+sql)
		Expect(err).NotTo(HaveOccurred())
		return inspect(tx)
	}

	It("has nothing against a table made as the house makes them", func() { Expect(after("")).To(BeEmpty()) })

	DescribeTable("is missed when a table", func(finding, sql string) { Expect(after(sql)).To(ContainElement(ContainSubstring(finding))) },
		Entry("is made by hand", "bad: row-level security", "create table bad (clinic_id uuid, id uuid primary key)"),
		Entry("belongs to nobody", "bad: has no clinic_id", "create table bad (id uuid primary key)"),
		Entry("does not bind its owner", "things: row-level security", "alter table things no force row level security"),
		Entry("has its wall switched off", "things: row-level security", "alter table things disable row level security"),
		Entry("has no policy", `things: has no policy "clinic"`, "drop policy clinic on things"),
		Entry("has another policy", `things: has no policy "clinic"`, "alter policy clinic on things using (true)"),
		Entry("lets everything be written", `things: has no policy "clinic"`, "alter policy clinic on things with check (true)"),
		Entry("has a second policy", `things: policy "more" opens it to hampi_app`, "create policy more on things for select to hampi_app using (true)"),
		Entry("is open to everybody", `things: policy "more" opens it to public`, "create policy more on things using (true)"),
		Entry("is open to the system", `things: policy "system" opens it to hampi_system`, "call system_table('things', 'select')"),
		Entry("lets the backup write", `things: policy "more" opens it to hampi_backup`, "create policy more on things to hampi_backup using (true)"),
		Entry("opens all clinics to each", `clinics: policy "own" opens it to hampi_app`, "alter policy own on clinics using (true)"),
		Entry("has a key of its own", "bad: its primary key must begin",
			"create table bad (clinic_id uuid not null, id uuid primary key); call tenant_table('bad', 'insert')"),
		Entry("has no key", "bad: has no primary key", "create table bad (clinic_id uuid not null); call tenant_table('bad', 'insert')"),
		Entry("is unique across clinics", "the unique key loose must begin", "create unique index loose on things (name)"),
		Entry("has an index that no query of a clinic can use", "the index loose must begin", "create index loose on things (name)"),
		Entry("excludes across clinics", "the exclusion loose must begin", "alter table things add constraint loose exclude using gist (name with =)"),
		Entry("excludes every other clinic", "the exclusion loose must begin", "alter table things add constraint loose exclude using gist (clinic_id with <>, name with =)"),
		Entry("points past the clinic", "the foreign key loose to sites must carry",
			"create unique index on sites (id); alter table things add constraint loose foreign key (site_id) references sites (id)"),
		Entry("crosses the clinics in a key", "the foreign key loose to sites must carry",
			"create unique index on sites (id, clinic_id); alter table things add constraint loose foreign key (clinic_id, id) references sites (id, clinic_id)"),
		Entry("belongs to no known clinic", "things: clinic_id must reference clinics", "alter table things drop constraint things_clinic_id_fkey"),
		Entry("may lack its clinic", "bad: clinic_id must be uuid not null", "create table bad (clinic_id text, id uuid)"),
		Entry("does not know whose it is", "things: clinic_id has not the default", "alter table things alter clinic_id drop default"),
		Entry("may be emptied", "things: hampi_app has TRUNCATE", "grant truncate on things to hampi_app"),
		Entry("may be pointed at", "things: hampi_app has REFERENCES(id)", "grant references (id) on things to hampi_app"),
		Entry("may be given a trigger", "things: hampi_app has TRIGGER", "grant trigger on things to hampi_app"),
		Entry("may be granted on", "things: hampi_app may hand on SELECT", "grant select on things to hampi_app with grant option"),
		Entry("is everybody's", "things: PUBLIC has SELECT", "grant select on things to public"),
		Entry("is the system's", "things: hampi_system has SELECT", "grant select on things to hampi_system"),
		Entry("is the sealer's", "things: hampi_sealer has SELECT", "grant select on things to hampi_sealer"),
		Entry("is written by the backup", "things: hampi_backup has INSERT", "grant insert on things to hampi_backup"),
		Entry("shows a password", "users: hampi_app has SELECT(password_hash)", "grant select (password_hash) on users to hampi_app"),
		Entry("shows keys", "keysets: hampi_app has SELECT", "grant select on keysets to hampi_app"),
		Entry("is a month reached past its table", "hampi_app has SELECT", "grant select on audit_log_default to hampi_app"),
		Entry("lets audit rows be changed", "audit_log: is insert-only and hampi_app has UPDATE", "grant update on audit_log to hampi_app"),
		Entry("lets the time of an act be told", "audit_log: hampi_app has INSERT(at)", "grant insert (at) on audit_log to hampi_app"),
		Entry("lets the sealer rewrite", "audit_log: is insert-only and hampi_sealer has UPDATE(at)", "grant update (at) on audit_log to hampi_sealer"),
		Entry("lost the trigger that keeps rows", "audit_seals: no trigger refuses to update", "drop trigger keep_rows on audit_seals"),
		Entry("has that trigger asleep", "audit_seals: no trigger refuses to update", "alter table audit_seals disable trigger keep_rows"),
		Entry("keeps its rows only sometimes", "audit_seals: no trigger refuses to update",
			"drop trigger keep_rows on audit_seals; create trigger keep_rows before update or delete on audit_seals for each row when (old.seal_no > 5) execute function refuse_change()"),
		Entry("lost the trigger that keeps the table", "audit_log_default: no trigger refuses to truncate", "drop trigger keep_table on audit_log_default"),
		Entry("keeps rows and nobody knows", "things: keeps its rows and is not in the list", "call insert_only('things')"),
		Entry("runs with its owner's rights", "sneak: runs with the rights", "create function sneak() returns int language sql security definer as 'select 1'"),
		Entry("is run by everybody", "audit_partitions: everybody may run it", "grant execute on procedure audit_partitions(int) to public"),
		Entry("believes what it finds first", "audit_partitions: must look for names", "alter procedure audit_partitions(int) reset search_path"),
		Entry("is seen through a view", "peep: the view must have security_invoker", "create view peep as select * from things"),
		Entry("is copied out", "peep: a materialised view", "create materialized view peep as select * from things"),
		Entry("has a login too strong", "hampi_app: the login is too strong", "alter role hampi_app bypassrls"),
		Entry("has a login that is another's member", "hampi_app: the login is too strong", "grant hampi_system to hampi_app"),
		Entry("has a login that may make tables", "hampi_app: the login is too strong", "grant create on schema public to hampi_app"),
	)

	It("lets a view of the asker's own rights pass", func() {
		Expect(after("create view peep with (security_invoker = true) as select * from things")).To(BeEmpty())
	})
})
