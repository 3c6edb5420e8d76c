//go:build !js

package agenda

import "hampi/modules/platform/web"

// serverRoutes are the pages that a device lacks: its app leaves them out.
func (h screens) serverRoutes(r *web.Router) {
	h.blockRoutes(r)
	h.scheduleRoutes(r)
}
