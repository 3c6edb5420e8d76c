package hce

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
)

// headEntity is the head of prescriptions on devices, which only read it.
const headEntity = "prescription_head"

// headData is the head as it travels.
type headData struct {
	Name    string               `json:"name,omitempty"`
	Address string               `json:"address,omitempty"`
	Phone   string               `json:"phone,omitempty"`
	Footer  string               `json:"footer,omitempty"`
	Logo    bool                 `json:"logo,omitempty"`
	IPRESS  map[uuid.UUID]string `json:"ipress,omitempty"`
}

func headDataOf(h PrescriptionHead) headData {
	return headData{h.Name, h.Address, h.Phone, h.Footer, h.Logo, h.IPRESS}
}

func (d headData) head(id uuid.UUID, version int64) (PrescriptionHead, error) {
	return PrescriptionHead{ID: id, Version: version, Name: d.Name, Address: d.Address, Phone: d.Phone, Footer: d.Footer, Logo: d.Logo, IPRESS: d.IPRESS}, nil
}

// PrescriptionHead is what the clinic had set when this device last heard of it.
func (o Offline) PrescriptionHead(ctx context.Context) (PrescriptionHead, error) {
	list, err := offline.List(ctx, headEntity, func(id uuid.UUID, version int64, d headData) (PrescriptionHead, error) { return d.head(id, version) })
	if err != nil || len(list) == 0 {
		return usualHead(), err
	}
	return list[0], nil
}

// SavePrescriptionHead is the server's.
func (o Offline) SavePrescriptionHead(context.Context, PrescriptionHead) error {
	return offline.ErrNeedsConnection
}

// ipressText is the codes of sites as they are kept.
func ipressText(codes map[uuid.UUID]string) (string, error) {
	if len(codes) == 0 {
		return "{}", nil
	}
	text, err := json.Marshal(codes)
	return string(text), err
}
