//go:build !js

package nubefact

import "time"

// Impatient makes the client give up early, so that specs need not wait.
func (c *Client) Impatient(patience time.Duration) *Client {
	c.patience = patience
	return c
}

// FieldIn is what a complaint points at.
func FieldIn(complaint string) string { return fieldIn(complaint) }
