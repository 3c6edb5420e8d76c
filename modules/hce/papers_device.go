package hce

import (
	"cmp"
	"context"
	"encoding/base64"

	"github.com/google/uuid"

	"hampi/modules/hce/prescribing"
	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
	"hampi/modules/platform/sorting"
)

// What devices prescribe and print with: their professional's favourites, and the clinic's picture, which they only read.
const (
	favouriteEntity = "favourite"
	logoEntity      = "clinic_logo"
)

// LogoOnDevices is the most bytes of a picture that devices get; a larger one is missing from what is printed there.
const LogoOnDevices = 48 << 10

// favouriteData is a favourite as it travels.
type favouriteData struct {
	Name  string           `json:"name"`
	Item  prescribing.Item `json:"item"`
	Place int              `json:"place,omitempty"`
	Uses  int              `json:"uses,omitempty"`
}

// logoData is the clinic's picture as it travels.
type logoData struct {
	Type    string `json:"type"`
	Picture []byte `json:"picture"`
}

// Favourites are those that this device was given of its person.
func (o Offline) Favourites(ctx context.Context, _ uuid.UUID) ([]Favourite, error) {
	places := map[uuid.UUID]int{}
	list, err := offline.List(ctx, favouriteEntity, func(id uuid.UUID, _ int64, d favouriteData) (Favourite, error) {
		places[id] = d.Place
		return Favourite{ID: id, Name: d.Name, Item: d.Item, Uses: d.Uses}, nil
	})
	sorting.By(list, func(a, b Favourite) int {
		return cmp.Or(places[a.ID]-places[b.ID], b.Uses-a.Uses, cmp.Compare(a.Name, b.Name))
	})
	return list, err
}

func (o Offline) FavouriteOf(ctx context.Context, owner uuid.UUID, medicine string) (prescribing.Item, error) {
	list, err := o.Favourites(ctx, owner)
	for _, f := range list {
		if f.Item.MedicineID == medicine {
			return f.Item, err
		}
	}
	if err == nil {
		err = fault.ErrNotFound
	}
	return prescribing.Item{}, err
}

// Logo is the clinic's picture on this device; fault.ErrNotFound where there is none.
func (o Offline) Logo(ctx context.Context) (picture []byte, kind string, err error) {
	list, err := offline.List(ctx, logoEntity, func(_ uuid.UUID, _ int64, d logoData) (logoData, error) { return d, nil })
	if err == nil && len(list) == 0 {
		err = fault.ErrNotFound
	}
	if err != nil {
		return nil, "", err
	}
	return list[0].Picture, list[0].Type, nil
}

// pictured puts the picture itself into a letterhead that is printed on a device, which serves none.
func (s *Service) pictured(ctx context.Context, l letterhead) (letterhead, error) {
	if l.Logo == "" || !s.Away() {
		return l, nil
	}
	l.Logo = ""
	if s.Neighbours.Logo == nil {
		return l, nil
	}
	picture, kind, err := s.Logo(ctx)
	if fault.IsNotFound(err) {
		return l, nil
	}
	if err == nil {
		l.Logo = "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(picture)
	}
	return l, err
}
