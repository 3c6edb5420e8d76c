// Package access carries who is asking, and what that person may do, through a request's context.
//
// It knows no role and no permission by name: accounts decides them, routes and services ask.
package access

import (
	"context"
	"slices"

	"github.com/google/uuid"
)

// Permission names one thing that a role may do, such as "patients.read".
type Permission string

// Identity is the person behind a request, in the clinic of the current membership.
// The zero ClinicID belongs to people of the platform, who see no clinic's data.
type Identity struct {
	UserID       uuid.UUID
	ClinicID     uuid.UUID
	MembershipID uuid.UUID
	SiteID       uuid.UUID
	LoginID      uuid.UUID
	Name         string
	Roles        []string
	Permissions  map[Permission]bool
	TimeZone     string
	Locked       bool // the screen is locked: only unlocking and leaving are answered
}

// Can reports whether this person may do p.
func (i Identity) Can(p Permission) bool { return i.Permissions[p] }

// Has reports whether the membership holds role.
func (i Identity) Has(role string) bool { return slices.Contains(i.Roles, role) }

type key struct{}

// With returns a context in which From finds id.
func With(ctx context.Context, id Identity) context.Context { return context.WithValue(ctx, key{}, id) }

// From finds who is asking; false for somebody who is not signed in.
func From(ctx context.Context) (Identity, bool) {
	id, ok := ctx.Value(key{}).(Identity)
	return id, ok
}

// Who is the identity of a request that is known to be signed in; the zero Identity, which may nothing, otherwise.
func Who(ctx context.Context) Identity {
	id, _ := From(ctx)
	return id
}
