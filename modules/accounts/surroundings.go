package accounts

import "github.com/google/uuid"

// Surroundings is what stands around every page of a person: the clinic, its sites, where else they work, who they are.
type Surroundings struct {
	Clinic      string    `json:"clinic"`
	Accent      string    `json:"accent"`
	LockMinutes int       `json:"lock_minutes"`
	Sites       []NamedID `json:"sites"`
	Others      []NamedID `json:"others"` // memberships of this person in other clinics, by the clinic's name
	Title       string    `json:"title"`
	License     string    `json:"license"` // "COP 31582"
	Shortcuts   bool      `json:"shortcuts"`
}

// NamedID is something to choose by its name.
type NamedID struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}
