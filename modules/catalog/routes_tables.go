//go:build !js

package catalog

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/web"
)

const tablePath = "/catalogo/cie10"

// tableDoor serves the table of diagnoses that was loaded to devices, which carry the program's own already.
type tableDoor struct {
	editions Editions

	mu      sync.Mutex
	version string
	packed  []byte // gzip
}

// TableRoutes adds where devices ask which table is in force, and fetch it.
func TableRoutes(r *web.Router, editions Editions) {
	h := &tableDoor{editions: editions}
	r.GET(tablePath, h.inForce, web.SignedIn(), web.Quiet())
	r.GET(tablePath+"/:version", h.fetch, web.SignedIn(), web.Quiet())
}

// tableNews tells a device where the table in force lies; empty: the device's own is in force.
type tableNews struct {
	URL string `json:"url"`
}

func (h *tableDoor) inForce(c echo.Context) error {
	v, loaded, err := loadedVersion(c.Request().Context())
	if err != nil {
		return err
	}
	news := tableNews{}
	if loaded {
		news.URL = tablePath + "/" + v.Version
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, news)
}

// fetch gives the table in force under the address of its version, for good; another version is not there.
func (h *tableDoor) fetch(c echo.Context) error {
	packed, err := h.packedFor(c, c.Param("version"))
	if err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set("Cache-Control", "private, max-age=31536000, immutable")
	header.Set("Vary", "Accept-Encoding")
	const kind = "text/plain; charset=utf-8"
	if strings.Contains(c.Request().Header.Get("Accept-Encoding"), "gzip") {
		header.Set("Content-Encoding", "gzip")
		return c.Blob(http.StatusOK, kind, packed)
	}
	text, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	return c.Stream(http.StatusOK, kind, text)
}

// packedFor packs a version once.
func (h *tableDoor) packedFor(c echo.Context, version string) ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if version == h.version && h.packed != nil {
		return h.packed, nil
	}
	edition, err := h.editions.Newer(c.Request().Context(), "")
	if err != nil {
		return nil, err
	}
	if edition == nil || edition.Version != version {
		return nil, fault.ErrNotFound
	}
	var packed bytes.Buffer
	into, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := into.Write([]byte(edition.Table.String())); err != nil {
		return nil, err
	}
	if err := into.Close(); err != nil {
		return nil, err
	}
	h.version, h.packed = version, packed.Bytes()
	return h.packed, nil
}
