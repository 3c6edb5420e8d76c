package accounts

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
	"hampi/modules/platform/sorting"
)

// The entities of this module on devices.
const (
	doctorEntity = "doctor" // everybody who works here, as the feed calls them
	siteEntity   = "site"
)

// DeviceKinds are the entities that a device keeps of the clinic and its people.
func DeviceKinds() []offline.Kind {
	return []offline.Kind{{Entity: doctorEntity}, {Entity: siteEntity}}
}

// memberData is somebody who works in the clinic, on a device.
type memberData struct {
	UserID        uuid.UUID `json:"user_id"`
	Name          string    `json:"name"`
	Title         string    `json:"title"`
	College       string    `json:"college"`
	CollegeNumber string    `json:"college_number"`
	Specialty     string    `json:"specialty"`
	Roles         []Role    `json:"roles"`
	SiteID        uuid.UUID `json:"site_id,omitzero"`
	Active        bool      `json:"active"`
}

func (d memberData) member(id uuid.UUID, version int64) (Member, error) {
	return Member{
		ID: id, Version: version, UserID: d.UserID, Name: d.Name, Title: d.Title, College: d.College, CollegeNumber: d.CollegeNumber,
		Specialty: d.Specialty, Roles: d.Roles, SiteID: d.SiteID, Active: d.Active,
	}, nil
}

// siteData is a site on a device.
type siteData struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	Ubigeo  string `json:"ubigeo"`
	Phone   string `json:"phone"`
	// Altitude as the JSON API names it; what an older server or device sends has none.
	Altitude *int `json:"altitude_m,omitempty"`
	Active   bool `json:"active"`
}

func (d siteData) site(id uuid.UUID, version int64) (Site, error) {
	return Site{ID: id, Version: version, Name: d.Name, Address: d.Address, Ubigeo: d.Ubigeo, Phone: d.Phone, Altitude: d.Altitude, Active: d.Active}, nil
}

// ColleaguesOffline answers on a device what Colleagues answers on the server, in the same order.
type ColleaguesOffline struct{}

// Everybody lists all people of the clinic, those who left last.
func (ColleaguesOffline) Everybody(ctx context.Context) ([]Member, error) {
	return offline.Once(ctx, "members", func() ([]Member, error) {
		list, err := offline.List(ctx, doctorEntity, func(id uuid.UUID, version int64, d memberData) (Member, error) {
			return d.member(id, version)
		})
		sorting.By(list, func(a, b Member) int {
			return cmp.Or(activeFirst(a.Active, b.Active), cmp.Compare(a.Name, b.Name), bytes.Compare(a.ID[:], b.ID[:]))
		})
		return list, err
	})
}

// Doctors lists those with whom appointments may be made, by name.
func (c ColleaguesOffline) Doctors(ctx context.Context) ([]Member, error) {
	all, err := c.Everybody(ctx)
	return slices.DeleteFunc(all, func(m Member) bool { return !m.Active || !m.IsDoctor() }), err
}

// NamesByUser gives the name to show for each user who works, or worked, in the clinic; others are left out.
func (c ColleaguesOffline) NamesByUser(ctx context.Context, users []uuid.UUID) (map[uuid.UUID]string, error) {
	all, err := c.Everybody(ctx)
	names := map[uuid.UUID]string{}
	for _, m := range all {
		if slices.Contains(users, m.UserID) {
			names[m.UserID] = m.DisplayName()
		}
	}
	return names, err
}

// Sites lists all sites of the clinic, open ones first, by name.
func (ColleaguesOffline) Sites(ctx context.Context) ([]Site, error) {
	return offline.Once(ctx, "sites", func() ([]Site, error) {
		list, err := offline.List(ctx, siteEntity, func(id uuid.UUID, version int64, d siteData) (Site, error) {
			return d.site(id, version)
		})
		sorting.By(list, func(a, b Site) int {
			return cmp.Or(activeFirst(a.Active, b.Active), cmp.Compare(a.Name, b.Name), bytes.Compare(a.ID[:], b.ID[:]))
		})
		return list, err
	})
}

func activeFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// Clinic is the clinic of whoever unlocked this device.
func (ColleaguesOffline) Clinic(ctx context.Context) (Clinic, error) {
	profile, err := StoredProfile(ctx)
	return profile.Clinic, err
}
