package sync

import "context"

// Standing reports how things stand without asking the server; State is left empty.
func (c *Client) Standing(ctx context.Context) (Report, error) { return c.count(ctx, Report{}) }
