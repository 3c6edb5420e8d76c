//go:build !js

package patients

import "hampi/modules/platform/web"

// serverRoutes are the pages that a device lacks: its app leaves them out.
func (h routes) serverRoutes(r *web.Router) { h.mergeRoutes(r) }
