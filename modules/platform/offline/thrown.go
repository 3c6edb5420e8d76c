package offline

import "errors"

// ErrLocked is a store that nobody has opened: the password opens it.
var ErrLocked = errors.New("the store of this device is locked")

// Thrown is what JavaScript threw: the name of an error and its message, nothing that it carries.
type Thrown struct{ Name, Message string }

func (t *Thrown) Error() string { return t.Name + ": " + t.Message }

// Is makes the bridge's word for a locked store ErrLocked.
func (t *Thrown) Is(target error) bool { return target == ErrLocked && t.Name == "locked" }

// Full reports whether the device had no room left.
func (t *Thrown) Full() bool { return t.Name == "QuotaExceededError" }
