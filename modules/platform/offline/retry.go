package offline

import "time"

// RetryAfter is how long a server asks to be left alone. A transport gives it as an error beside the status.
type RetryAfter time.Duration

func (r RetryAfter) Error() string { return "the server asks to wait " + time.Duration(r).String() }
