package hce

import "hampi/modules/platform/web"

func (attendScreens) serverRoutes(*web.Router) {}

func (historyScreens) serverRoutes(*web.Router) {}
