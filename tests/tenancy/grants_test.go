package tenancy_test

import (
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
)

// grant is one right on a table; Right names the column too, if it is for one alone: "UPDATE(seal_no)".
type grant struct {
	Table, Role, Right string
	GoesOn             bool // may be granted on
}

const grantsQuery = `
	with rights as (
	  select c.relname as name, a.grantee, a.privilege_type::text as word, a.is_grantable, c.relowner
	    from pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
	   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
	  union all
	  select c.relname, a.grantee, a.privilege_type || '(' || t.attname || ')', a.is_grantable, c.relowner
	    from pg_class c join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a
	   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f'))
	select name, case grantee when 0 then 'PUBLIC' else grantee::regrole::text end, word, is_grantable
	  from rights where grantee <> relowner order by 1, 2, 3`

func grantsOf(q querier) []grant {
	GinkgoHelper()
	return collect(q, grantsQuery, pgx.RowToStructByPos[grant])
}

// word is the right without its column.
func (g grant) word() string {
	word, _, _ := strings.Cut(g.Right, "(")
	return word
}

func checkGrants(q querier, f *findings) {
	partition := map[string]bool{}
	for _, t := range tablesOf(q) {
		partition[t.Name] = t.IsPartition
	}
	for _, g := range grantsOf(q) {
		if g.GoesOn {
			f.add(g.Table, "%s may hand on %s", g.Role, g.Right)
		}
		if !mayHave(g, partition[g.Table]) {
			f.add(g.Table, "%s has %s", g.Role, g.Right)
		}
	}
}

// mayHave tells whether a role is meant to have this right.
func mayHave(g grant, partition bool) bool {
	global := slices.Contains(globalTables, g.Table)
	switch g.Role {
	case "hampi_app":
		if global {
			return slices.Contains(appMayOnGlobal[g.Table], g.Right)
		}
		if g.Table == "audit_log" {
			return g.Right == "SELECT" || slices.Contains(auditFields, g.Right)
		}
		return !partition && slices.Contains(anything, g.word()) // partitions are reached through their table alone
	case "hampi_system":
		if strings.HasPrefix(g.Table, "river_") {
			return g.Table == "river_job" && slices.Contains([]string{"SELECT", "INSERT", "UPDATE(kind)"}, g.Right) // River's own way to insert
		}
		if global {
			return slices.Contains(anything, g.word())
		}
		return slices.Contains(systemSees[g.Table], g.Right)
	case "hampi_sealer":
		return slices.Contains(sealerSees[g.Table], g.Right)
	case "hampi_backup":
		return g.Right == "SELECT"
	}
	return false
}

// trigger is a guard on a table; When is the server's description: "BEFORE UPDATE OR DELETE ROW".
type trigger struct{ Table, Function, When string }

const triggersQuery = `
	select c.relname, p.proname,
	       case when t.tgtype & 2 <> 0 then 'BEFORE' else 'AFTER' end
	       || case when t.tgtype & 4 <> 0 then ' INSERT' else '' end || case when t.tgtype & 8 <> 0 then ' DELETE' else '' end
	       || case when t.tgtype & 16 <> 0 then ' UPDATE' else '' end || case when t.tgtype & 32 <> 0 then ' TRUNCATE' else '' end
	       || case when t.tgtype & 1 <> 0 then ' ROW' else ' STATEMENT' end
	  from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid
	 where c.relnamespace = 'public'::regnamespace and t.tgenabled in ('O', 'A') and t.tgqual is null and t.tgattr = ''::int2vector`

// refusals are the functions that keep rows as they are.
func refusals() (names []string) {
	for _, name := range insertOnly {
		names = append(names, name)
	}
	return names
}

func checkInsertOnly(q querier, f *findings) {
	triggers := collect(q, triggersQuery, pgx.RowToStructByPos[trigger])
	for _, t := range triggers {
		table := partitionedName(t.Table)
		if slices.Contains(refusals(), t.Function) && insertOnly[table] == "" {
			f.add(t.Table, "keeps its rows and is not in the list of insert-only tables")
		}
	}
	for _, t := range tablesOf(q) {
		function := insertOnly[partitionedName(t.Name)]
		if function == "" {
			continue
		}
		if !slices.Contains(triggers, trigger{t.Name, function, "BEFORE DELETE UPDATE ROW"}) {
			f.add(t.Name, "no trigger refuses to update and delete its rows")
		}
		if !slices.Contains(triggers, trigger{t.Name, "refuse_change", "BEFORE TRUNCATE STATEMENT"}) {
			f.add(t.Name, "no trigger refuses to truncate it")
		}
	}
	names := map[string]bool{}
	for _, t := range tablesOf(q) {
		names[t.Name] = true
	}
	for name := range insertOnly {
		if !names[name] {
			f.add(name, "is in the list of insert-only tables and does not exist")
		}
	}
	for _, g := range grantsOf(q) {
		if insertOnly[partitionedName(g.Table)] != "" && slices.Contains([]string{"UPDATE", "DELETE", "TRUNCATE"}, g.word()) && !mayChange(g) {
			f.add(g.Table, "is insert-only and %s has %s", g.Role, g.Right)
		}
	}
}

func mayChange(g grant) bool {
	column := strings.TrimSuffix(strings.TrimPrefix(g.Right, "UPDATE("), ")")
	return g.Role == "hampi_app" && slices.Contains(appMayChange[g.Table], column) ||
		g.Role == "hampi_system" && slices.Contains(systemMayChange[g.Table], column) ||
		g.Role == "hampi_sealer" && slices.Contains(sealerSees[g.Table], g.Right)
}

// partitionedName is the table that a month of the audit belongs to, or the name itself.
func partitionedName(name string) string {
	if strings.HasPrefix(name, "audit_log_") {
		return "audit_log"
	}
	return name
}

// routine is a function or procedure that runs with its owner's rights.
type routine struct {
	Name, Path string
	Public     bool
	Owner      string
}

func checkRoutines(q querier, f *findings) {
	const query = `
		select p.proname, coalesce((select c from unnest(p.proconfig) c where c like 'search\_path=%'), ''),
		       exists (select 1 from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0), r.rolname
		  from pg_proc p join pg_roles r on r.oid = p.proowner
		 where p.prosecdef and p.pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)`
	for _, r := range collect(q, query, pgx.RowToStructByPos[routine]) {
		if definerRoutines[r.Name] == "" {
			f.add(r.Name, "runs with the rights of %s; only listed routines may", r.Owner)
		}
		if r.Path != "search_path=public, pg_temp" {
			f.add(r.Name, "must look for names in public first and in pg_temp last, not in %q", r.Path)
		}
		if r.Public {
			f.add(r.Name, "everybody may run it with the rights of %s", r.Owner)
		}
	}
}

func checkViews(q querier, f *findings) {
	const query = `select relname, relkind::text from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')
		and not coalesce('security_invoker=true' = any(reloptions) or 'security_invoker=on' = any(reloptions), false)
		and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')`
	type view struct{ Name, Kind string }
	for _, v := range collect(q, query, pgx.RowToStructByPos[view]) {
		if v.Kind == "m" {
			f.add(v.Name, "a materialised view has no row-level security")
		} else {
			f.add(v.Name, "the view must have security_invoker")
		}
	}
}

func checkRoles(q querier, f *findings) {
	const query = `
		select rolname::text from pg_roles r where rolname in ('hampi_owner', 'hampi_app', 'hampi_system', 'hampi_sealer', 'hampi_backup') and (rolsuper or rolbypassrls or rolreplication
		    or rolname <> 'hampi_owner' and (rolcreaterole or rolcreatedb
		       or has_schema_privilege(oid, 'public', 'create')
		       or exists (select 1 from pg_class c where c.relowner = r.oid and c.relpersistence <> 't')
		       or exists (select 1 from pg_proc p where p.proowner = r.oid)
		       or exists (select 1 from pg_auth_members m where m.member = r.oid)))`
	for _, name := range collect(q, query, pgx.RowTo[string]) {
		f.add(name, "the login is too strong")
	}
}
