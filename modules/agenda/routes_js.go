package agenda

import "hampi/modules/platform/web"

func (screens) serverRoutes(*web.Router) {}
