//go:build !js

package prices

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"hampi/modules/catalog"
	"hampi/modules/platform/web"
	"hampi/views"
)

func (h routes) products(c echo.Context) error {
	all, err := h.editor.Products(c.Request().Context())
	if err != nil {
		return err
	}
	page := productsPage{Retired: c.QueryParam("retirados") == "si", Any: len(all) > 0}
	for _, p := range all {
		if p.Active || page.Retired {
			page.Products = append(page.Products, p)
		}
	}
	return web.ShowSettings(c, productsSlug, web.Page{
		Primary: &views.Action{Label: "Nuevo producto", Href: productsPath + "/nuevo", Icon: "plus"},
	}, productsList(page))
}

func (h routes) newProduct(c echo.Context) error {
	form := formOfProduct(Product{ID: newID(), Unit: unitGoods, IGVCode: catalog.TaxedIGV})
	form.Price = ""
	return h.drawProduct(c, http.StatusOK, editorPage[productForm]{Form: form, Action: productsPath, New: true}, "Nuevo producto")
}

func (h routes) addProduct(c echo.Context) error {
	var form productForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	id, err := newFormID(form.ID)
	if err != nil {
		return err
	}
	p, err := form.product(id)
	if err == nil {
		p, err = h.editor.AddProduct(c.Request().Context(), p)
	}
	if status, problems, ok := refusal(err); ok {
		return h.drawProduct(c, status, editorPage[productForm]{Form: form, Action: productsPath, New: true, Problems: problems}, "Nuevo producto")
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Se vende "+p.Name+".")
	return web.SeeOther(c, productsPath)
}

func (h routes) namedProduct(c echo.Context) (Product, error) {
	id, err := idOf(c)
	if err != nil {
		return Product{}, err
	}
	return h.editor.Product(c.Request().Context(), id)
}

func (h routes) product(c echo.Context) error {
	p, err := h.namedProduct(c)
	if err != nil {
		return err
	}
	return h.drawProduct(c, http.StatusOK, editorPage[productForm]{Form: formOfProduct(p), Action: productPath(p.ID), Retired: !p.Active}, p.Name)
}

func (h routes) changeProduct(c echo.Context) error {
	stored, err := h.namedProduct(c)
	if err != nil {
		return err
	}
	var form productForm
	if err := web.Bind(c, &form); err != nil {
		return err
	}
	typed, err := form.product(stored.ID)
	if err == nil {
		_, err = h.editor.ChangeProduct(c.Request().Context(), typed)
	}
	if status, problems, ok := refusal(err); ok {
		if errors.Is(err, catalog.ErrStale) {
			form.Version = stored.Version // what was typed stays; saving it again is a decision
		}
		page := editorPage[productForm]{Form: form, Action: productPath(stored.ID), Retired: !stored.Active, Problems: problems}
		return h.drawProduct(c, status, page, stored.Name)
	}
	if err != nil {
		return err
	}
	web.Flash(c, "Quedó guardado "+typed.Name+".")
	return web.SeeOther(c, productsPath)
}

func (h routes) drawProduct(c echo.Context, status int, page editorPage[productForm], heading string) error {
	page.OpID = newID().String()
	return web.ShowSettings(c, productsSlug, web.Page{Status: status, Heading: heading}, productEditor(page))
}

func (h routes) retireProduct(c echo.Context) error {
	return h.switchProduct(c, false, "Ya no se vende ")
}

func (h routes) restoreProduct(c echo.Context) error {
	return h.switchProduct(c, true, "Se vende otra vez ")
}

func (h routes) switchProduct(c echo.Context, active bool, words string) error {
	p, err := h.namedProduct(c)
	if err != nil {
		return err
	}
	return h.switched(c, h.editor.UseProduct, p.ID, active, words+p.Name+".", productsPath)
}

// switched does one of the switches and goes back to the list.
func (h routes) switched(c echo.Context, use func(context.Context, uuid.UUID, bool) error, id uuid.UUID, active bool, words, back string) error {
	if err := use(c.Request().Context(), id, active); err != nil {
		return err
	}
	web.Flash(c, words)
	return web.SeeOther(c, back)
}
