//go:build !js

package demo

import (
	"hampi/modules/billing"
	"hampi/modules/platform/jobs"
)

// sending lets the program send, once it works its jobs, the documents that are invented here.
func sending() (billing.Later, error) {
	queue, err := jobs.NewQueue()
	if err != nil {
		return nil, err
	}
	return billing.NewLater(queue), nil
}
