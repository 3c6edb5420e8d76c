package patients

import "hampi/modules/platform/web"

func (routes) serverRoutes(*web.Router) {}
