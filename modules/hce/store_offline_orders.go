package hce

import (
	"context"

	"github.com/google/uuid"

	"hampi/modules/platform/offline"
)

// Orders and what was done about results are the server's: a laboratory's answer is copied with connection.

func (Offline) AddOrder(context.Context, Order) error { return offline.ErrNeedsConnection }

func (Offline) Order(context.Context, uuid.UUID) (Order, error) {
	return Order{}, offline.ErrNeedsConnection
}

func (Offline) LockOrder(context.Context, uuid.UUID) error { return offline.ErrNeedsConnection }

func (Offline) OrdersOf(context.Context, []uuid.UUID) ([]Order, error) {
	return nil, offline.ErrNeedsConnection
}

func (Offline) OpenOrders(context.Context, uuid.UUID, int) ([]Order, error) {
	return nil, offline.ErrNeedsConnection
}

func (Offline) AddOrderEvent(context.Context, OrderEvent) error { return offline.ErrNeedsConnection }

func (Offline) ObservedByID(context.Context, uuid.UUID) (Observed, error) {
	return Observed{}, offline.ErrNeedsConnection
}

func (Offline) Unacknowledged(context.Context, uuid.UUID) ([]Observed, error) {
	return nil, offline.ErrNeedsConnection
}

// UnacknowledgedOf knows none: values are not kept on devices.
func (Offline) UnacknowledgedOf(context.Context, []uuid.UUID) ([]Observed, error) { return nil, nil }

func (Offline) Acknowledge(context.Context, Acknowledgement) error { return offline.ErrNeedsConnection }

// CountResults counts nothing here.
func (Offline) CountResults(context.Context, uuid.UUID) (critical, fresh int, err error) {
	return 0, 0, nil
}
