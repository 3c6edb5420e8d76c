package hce

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"hampi/modules/accounts"
	"hampi/modules/hce/prescribing"
	"hampi/modules/platform/access"
	"hampi/modules/platform/fault"
)

// Favourite is how a professional likes to give a medicine, under a name of their own.
type Favourite struct {
	ID   uuid.UUID
	Name string
	Item prescribing.Item
	Uses int // how often it was kept
}

// longFavourite is the most letters of a favourite's name.
const longFavourite = 120

var errFavouriteNamed = fault.InvalidField("nombre", "Ya hay otra favorita con ese nombre.")

// Favourites are those of whoever asks, in their order.
func (s *Service) Favourites(ctx context.Context) ([]Favourite, error) {
	who := access.Who(ctx)
	if !who.Can(accounts.HCEWrite) {
		return nil, fault.ErrForbidden
	}
	return s.store.Favourites(ctx, who.MembershipID)
}

// RenameFavourite calls a favourite of whoever asks otherwise.
func (s *Service) RenameFavourite(ctx context.Context, id uuid.UUID, name string) error {
	if _, _, err := s.favourite(ctx, id); err != nil {
		return err
	}
	name = typedLine(name)
	switch {
	case name == "":
		return fault.InvalidField("nombre", "Falta el nombre.")
	case len([]rune(name)) > longFavourite:
		return fault.InvalidField("nombre", "El nombre tiene como máximo 120 letras.")
	}
	return s.store.NameFavourite(ctx, access.Who(ctx).MembershipID, id, name)
}

// MoveFavourite puts a favourite of whoever asks one place up, or down.
func (s *Service) MoveFavourite(ctx context.Context, id uuid.UUID, down bool) error {
	list, at, err := s.favourite(ctx, id)
	if err != nil {
		return err
	}
	other := at - 1
	if down {
		other = at + 1
	}
	if other < 0 || other >= len(list) {
		return nil
	}
	list[at], list[other] = list[other], list[at]
	ids := make([]uuid.UUID, len(list))
	for i, f := range list {
		ids[i] = f.ID
	}
	return s.store.OrderFavourites(ctx, access.Who(ctx).MembershipID, ids)
}

// RemoveFavourite takes a favourite of whoever asks out of the list, and RestoreFavourite brings it back.
func (s *Service) RemoveFavourite(ctx context.Context, id uuid.UUID) error {
	if _, _, err := s.favourite(ctx, id); err != nil {
		return err
	}
	return s.store.RemoveFavourite(ctx, access.Who(ctx).MembershipID, id, true)
}

// RestoreFavourite undoes RemoveFavourite.
func (s *Service) RestoreFavourite(ctx context.Context, id uuid.UUID) error {
	if !access.Who(ctx).Can(accounts.HCEWrite) {
		return fault.ErrForbidden
	}
	return s.store.RemoveFavourite(ctx, access.Who(ctx).MembershipID, id, false)
}

// favourite is the list of whoever asks and where in it the favourite stands; fault.ErrNotFound for somebody else's.
func (s *Service) favourite(ctx context.Context, id uuid.UUID) ([]Favourite, int, error) {
	list, err := s.Favourites(ctx)
	if err != nil {
		return nil, 0, err
	}
	at := slices.IndexFunc(list, func(f Favourite) bool { return f.ID == id })
	if at < 0 {
		return nil, 0, fault.ErrNotFound
	}
	return list, at, nil
}

// TakeFavourite begins a line as a favourite of whoever asks gives it.
func (s *Service) TakeFavourite(ctx context.Context, id uuid.UUID) (Prescribed, error) {
	list, at, err := s.favourite(ctx, id)
	if err != nil {
		return Prescribed{}, err
	}
	return Prescribed{Item: list[at].Item}, nil
}

// errFavouritesAway answers on a device.
var errFavouritesAway = fault.NotNow("Ordenar las favoritas requiere conexión.")

// NameFavourite is the server's.
func (o Offline) NameFavourite(context.Context, uuid.UUID, uuid.UUID, string) error {
	return errFavouritesAway
}

// OrderFavourites is the server's.
func (o Offline) OrderFavourites(context.Context, uuid.UUID, []uuid.UUID) error {
	return errFavouritesAway
}

// RemoveFavourite is the server's.
func (o Offline) RemoveFavourite(context.Context, uuid.UUID, uuid.UUID, bool) error {
	return errFavouritesAway
}
