//go:build !js

package hce

import (
	"bytes"
	"encoding/json"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/offline"
)

// readData reads what an operation brings and refuses, in words, what it does not know.
func readData(op offline.Received, into any, words string) error {
	decoder := json.NewDecoder(bytes.NewReader(op.Data))
	decoder.DisallowUnknownFields()
	if decoder.Decode(into) != nil {
		return fault.InvalidField("data", words)
	}
	return nil
}

// answerOnce answers an operation that keeps something for ever: whether it did, or had before.
func answerOnce(created bool, err error) (offline.Outcome, error) {
	switch {
	case err != nil:
		return offline.Outcome{}, err
	case !created:
		return offline.Outcome{Status: offline.Duplicate, Version: 1}, nil
	}
	return offline.Outcome{Status: offline.Created, Version: 1}, nil
}
