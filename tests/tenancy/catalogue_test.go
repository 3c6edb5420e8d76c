package tenancy_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// querier is a pool, or a transaction in which a spec has just broken something.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// table is what the catalogue says of a table's wall.
type table struct {
	Name        string
	IsPartition bool
	HasClinic   bool
	Secured     bool // row-level security is enabled
	Forced      bool // and binds the owner too
	ClinicType  string
	Required    bool // clinic_id is not null
	Default     string
}

const tablesQuery = `
	select c.relname, c.relispartition, a.attnum is not null, c.relrowsecurity, c.relforcerowsecurity,
	       coalesce(format_type(a.atttypid, a.atttypmod), ''), coalesce(a.attnotnull, false), coalesce(pg_get_expr(d.adbin, d.adrelid), '')
	  from pg_class c
	  left join pg_attribute a on a.attrelid = c.oid and a.attname = 'clinic_id' and not a.attisdropped
	  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
	 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'f') and c.relpersistence <> 't'
	 order by 1`

func tablesOf(q querier) []table {
	GinkgoHelper()
	return collect(q, tablesQuery, pgx.RowToStructByPos[table])
}

func collect[T any](q querier, sql string, to pgx.RowToFunc[T], args ...any) []T {
	GinkgoHelper()
	rows, err := q.Query(context.Background(), sql, args...)
	Expect(err).NotTo(HaveOccurred())
	found, err := pgx.CollectRows(rows, to)
	Expect(err).NotTo(HaveOccurred())
	return found
}

// tenantTables are the tables of the clinics.
func tenantTables(q querier) (found []table) {
	GinkgoHelper()
	for _, t := range tablesOf(q) {
		if t.HasClinic && !slices.Contains(globalTables, t.Name) {
			found = append(found, t)
		}
	}
	return found
}

// findings collects sentences about tables.
type findings []string

func (f *findings) add(table, format string, args ...any) {
	*f = append(*f, table+": "+fmt.Sprintf(format, args...))
}

// inspect reads the whole catalogue and says what is wrong.
func inspect(q querier) findings {
	GinkgoHelper()
	var f findings
	for _, check := range []func(querier, *findings){
		checkLists, checkWalls, checkPolicies, checkKeys, checkForeignKeys, checkGrants, checkInsertOnly, checkRoutines, checkViews, checkRoles,
	} {
		check(q, &f)
	}
	return f
}

func checkLists(q querier, f *findings) {
	seen := map[string]bool{}
	for _, t := range tablesOf(q) {
		seen[t.Name] = true
		if !t.HasClinic && !slices.Contains(globalTables, t.Name) {
			f.add(t.Name, "has no clinic_id and is not in the list of global tables")
		}
	}
	for _, name := range globalTables {
		if !seen[name] {
			f.add(name, "is in the list of global tables and does not exist")
		}
	}
}

const clinicDefault = `(NULLIF(current_setting('app.clinic_id'::text, true), ''::text))::uuid`

func checkWalls(q querier, f *findings) {
	for _, t := range tablesOf(q) {
		if !slices.Contains(withoutRowSecurity, t.Name) && !(t.Secured && t.Forced) {
			f.add(t.Name, "row-level security is not enabled and forced")
		}
	}
	for _, t := range tenantTables(q) {
		if t.ClinicType != "uuid" || !t.Required {
			f.add(t.Name, "clinic_id must be uuid not null")
		}
		if t.Default != clinicDefault && noDefault[t.Name] == "" {
			f.add(t.Name, "clinic_id has not the default that reads it from the transaction, but %q", t.Default)
		}
	}
}

// policy is a row of pg_policies.
type policy struct {
	Table, Name, Permissive string
	Roles                   []string
	Command                 string
	Using, Check            string
}

const clinicRule = `(clinic_id = ( SELECT (NULLIF(current_setting('app.clinic_id'::text, true), ''::text))::uuid AS "nullif"))`

// ownPolicies are the clinics' login's on global tables, by table: a clinic sees itself and its people.
var ownPolicies = map[string]policy{
	"clinics": {
		Table: "clinics", Name: "own", Permissive: "PERMISSIVE", Roles: []string{"hampi_app"}, Command: "ALL",
		Using: strings.Replace(clinicRule, "clinic_id =", "id =", 1), Check: strings.Replace(clinicRule, "clinic_id =", "id =", 1),
	},
	"users": {
		Table: "users", Name: "colleagues", Permissive: "PERMISSIVE", Roles: []string{"hampi_app"}, Command: "SELECT",
		Using: `(EXISTS ( SELECT 1 FROM memberships m WHERE ((m.user_id = users.id) AND (m.clinic_id = ( SELECT (NULLIF(current_setting('app.clinic_id'::text, true), ''::text))::uuid AS "nullif")))))`,
	},
	"signing_keys": {
		Table: "signing_keys", Name: "colleagues", Permissive: "PERMISSIVE", Roles: []string{"hampi_app"}, Command: "SELECT",
		Using: `(EXISTS ( SELECT 1 FROM memberships m WHERE ((m.user_id = signing_keys.user_id) AND (m.clinic_id = ( SELECT (NULLIF(current_setting('app.clinic_id'::text, true), ''::text))::uuid AS "nullif")))))`,
	},
}

func policiesOf(q querier) map[string][]policy {
	GinkgoHelper()
	const query = `select tablename, policyname, permissive, roles::text[], cmd, regexp_replace(coalesce(qual, ''), '\s+', ' ', 'g'),
		regexp_replace(coalesce(with_check, ''), '\s+', ' ', 'g') from pg_policies where schemaname = 'public' order by 1, 2`
	by := map[string][]policy{}
	for _, p := range collect(q, query, pgx.RowToStructByPos[policy]) {
		by[p.Table] = append(by[p.Table], p)
	}
	return by
}

func checkPolicies(q querier, f *findings) {
	policies := policiesOf(q)
	for _, t := range tenantTables(q) {
		want := policy{t.Name, "clinic", "PERMISSIVE", []string{"hampi_app"}, "ALL", clinicRule, clinicRule}
		if !slices.ContainsFunc(policies[t.Name], want.same) {
			f.add(t.Name, "has no policy \"clinic\" as every tenant table has it")
		}
	}
	for _, t := range tablesOf(q) {
		for _, p := range policies[t.Name] {
			checkPolicy(t, p, f)
		}
	}
}

func (p policy) same(other policy) bool {
	return p.Table == other.Table && p.Name == other.Name && p.Permissive == other.Permissive && slices.Equal(p.Roles, other.Roles) &&
		p.Command == other.Command && p.Using == other.Using && p.Check == other.Check
}

// checkPolicy objects to every policy besides the wall that opens a table to somebody who has no business there.
func checkPolicy(t table, p policy, f *findings) {
	global := slices.Contains(globalTables, t.Name)
	for _, role := range p.Roles {
		switch {
		case role == "hampi_app" && !global && p.Name == "clinic":
		case role == "hampi_app" && global && ownPolicies[t.Name].same(p):
		case role == "hampi_backup" && p.Command == "SELECT":
		case role == "hampi_system" && (global || systemSees[t.Name] != nil):
		case role == "hampi_sealer" && sealerSees[t.Name] != nil:
		default:
			f.add(t.Name, "policy %q opens it to %s for %s", p.Name, role, p.Command)
		}
	}
}

// index is an index and the columns it begins with.
type index struct {
	Table, Name                 string
	Primary, Unique, Exclusion  bool
	Columns                     []string
	ExclusionComparesForTheSame bool
}

const indexesQuery = `
	select t.relname, i.relname, x.indisprimary, x.indisunique, x.indisexclusion,
	       array(select coalesce(a.attname, '(expression)')::text from unnest(x.indkey::int2[]) with ordinality k (no, place)
	              left join pg_attribute a on a.attrelid = t.oid and a.attnum = k.no order by k.place),
	       coalesce((select (select o.oprname from pg_operator o where o.oid = c.conexclop[1]) = '=' from pg_constraint c where c.conindid = i.oid and c.contype = 'x'), false)
	  from pg_index x join pg_class t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
	 where t.relnamespace = 'public'::regnamespace and t.relkind in ('r', 'p') order by 1, 2`

func checkKeys(q querier, f *findings) {
	tenants := map[string]bool{}
	partition := map[string]bool{}
	for _, t := range tenantTables(q) {
		tenants[t.Name], partition[t.Name] = true, t.IsPartition
	}
	keyed := map[string]bool{}
	for _, i := range collect(q, indexesQuery, pgx.RowToStructByPos[index]) {
		keyed[i.Table] = keyed[i.Table] || i.Primary
		if !tenants[i.Table] || i.Columns[0] == "clinic_id" && (!i.Exclusion || i.ExclusionComparesForTheSame) {
			continue
		}
		switch {
		case i.Primary:
			f.add(i.Table, "its primary key must begin with clinic_id")
		case i.Exclusion:
			f.add(i.Table, "the exclusion %s must begin with clinic_id with =", i.Name)
		case i.Unique:
			f.add(i.Table, "the unique key %s must begin with clinic_id", i.Name)
		case indexElsewhere[i.Name] == "" && !partition[i.Table]:
			f.add(i.Table, "the index %s must begin with clinic_id", i.Name)
		}
	}
	for name := range tenants {
		if !keyed[name] {
			f.add(name, "has no primary key")
		}
	}
}

// foreignKey is a foreign key, with its columns on both sides.
type foreignKey struct {
	Name, From, To  string
	Columns, Others []string
}

const foreignKeysQuery = `
	select c.conname, f.relname, t.relname,
	       array(select a.attname::text from unnest(c.conkey) with ordinality k (no, place) join pg_attribute a on a.attrelid = f.oid and a.attnum = k.no order by place),
	       array(select a.attname::text from unnest(c.confkey) with ordinality k (no, place) join pg_attribute a on a.attrelid = t.oid and a.attnum = k.no order by place)
	  from pg_constraint c join pg_class f on f.oid = c.conrelid join pg_class t on t.oid = c.confrelid
	 where c.contype = 'f' and f.relnamespace = 'public'::regnamespace order by 2, 1`

// checkForeignKeys: the server checks keys without row-level security, so a key between tables of clinics that leaves
// the clinic out lets one clinic point at, and so probe, another's rows.
func checkForeignKeys(q querier, f *findings) {
	tenants := map[string]bool{}
	for _, t := range tenantTables(q) {
		tenants[t.Name] = true
	}
	anchored := map[string]bool{}
	for _, k := range collect(q, foreignKeysQuery, pgx.RowToStructByPos[foreignKey]) {
		if k.To == "clinics" && slices.Equal(k.Columns, []string{"clinic_id"}) {
			anchored[k.From] = true
		}
		if !tenants[k.To] {
			continue
		}
		at := slices.Index(k.Columns, "clinic_id")
		if at < 0 || k.Others[at] != "clinic_id" {
			f.add(k.From, "the foreign key %s to %s must carry clinic_id on both sides", k.Name, k.To)
		}
	}
	for _, t := range tenantTables(q) {
		if !anchored[t.Name] && noClinicKey[t.Name] == "" && !t.IsPartition {
			f.add(t.Name, "clinic_id must reference clinics")
		}
	}
}
