//go:build !js

package web

import (
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"hampi/modules/platform/fault"
)

// workerCSP is the policy of /sw.js alone: only there may WebAssembly be compiled (DESIGN §6).
const workerCSP = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"

// Statics serves the built folder below /static/ for good (names carry a hash) and /sw.js always fresh, each in the
// best encoding that stands beside it. withdraw serves the worker that takes every browser back to the network.
func Statics(r *Router, dist fs.FS, withdraw bool) {
	worker := "sw.js"
	if withdraw {
		worker = "sw-off.js"
	}
	r.GET("/static/*", func(c echo.Context) error {
		header := c.Response().Header()
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
		header.Del("Content-Security-Policy")
		return serveBuilt(c, dist, path.Clean(c.Param("*")))
	}, Public())
	r.GET("/sw.js", func(c echo.Context) error {
		header := c.Response().Header()
		header.Set("Cache-Control", "no-cache")
		header.Set("Content-Security-Policy", workerCSP)
		return serveBuilt(c, dist, worker)
	}, Public())
}

func serveBuilt(c echo.Context, dist fs.FS, name string) error {
	if !fs.ValidPath(name) || hidden(name) {
		return missing(c)
	}
	encoding, file, err := bestEncoding(dist, name, c.Request().Header.Get("Accept-Encoding"))
	if errors.Is(err, fs.ErrNotExist) {
		return missing(c)
	}
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // read only
	info, err := file.Stat()
	if err != nil || info.IsDir() {
		return missing(c)
	}
	header := c.Response().Header()
	header.Set("Vary", "Accept-Encoding")
	if encoding != "" {
		header.Set("Content-Encoding", encoding)
	}
	header.Set(echo.HeaderContentType, contentType(name))
	header.Set(echo.HeaderContentLength, strconv.FormatInt(info.Size(), 10))
	c.Response().WriteHeader(http.StatusOK)
	_, err = io.Copy(c.Response(), file)
	return err
}

// hidden keeps what the build leaves for itself out of reach.
func hidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz") ||
		strings.HasPrefix(name, "meta/") || name == "assets.json"
}

func missing(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return fault.ErrNotFound
}

func bestEncoding(dist fs.FS, name, accepted string) (string, fs.File, error) {
	for _, e := range []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !strings.Contains(accepted, e.name) {
			continue
		}
		if file, err := dist.Open(name + e.suffix); err == nil {
			return e.name, file, nil
		}
	}
	file, err := dist.Open(name)
	return "", file, err
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".wasm":
		return "application/wasm"
	case ".webmanifest":
		return "application/manifest+json"
	case ".woff2":
		return "font/woff2"
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}
