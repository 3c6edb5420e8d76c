package catalog

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"hampi/modules/accounts"
	"hampi/modules/platform/web"
)

// MedicineRoutes adds the look-up of medicines, on the server and in the browser's app.
func MedicineRoutes(r *web.Router, medicines *Medicines) {
	r.POST("/medicamentos/buscar", func(c echo.Context) error {
		query := c.FormValue("q")
		return web.Render(c, http.StatusOK, medicineOptions(medicines.Search(query, optionsShown), query))
	}, web.Needs(accounts.CatalogRead), web.Of(web.NoTx))
}
