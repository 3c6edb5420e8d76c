//go:build js

package offline

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall/js"

	"hampi/modules/platform/web"
)

// App is what the service worker asks for.
type App struct {
	Handler http.Handler
	// Can says at once whether the app has an answer to this request: the worker asks it before it gives up on the
	// network. nil can nothing.
	Can func(method, path string) bool
	// Sync makes one exchange with the server and reports how things stand; nil has none.
	Sync func(ctx context.Context) (any, error)
}

// Serve hands the app to the service worker and calls hampiReady(). It returns never: the program lives as long as the
// worker. The worker finds
//   - hampiAnswer(method, url, headers, body): a promise of {status, headers, body}; headers are pairs, body is a
//     Uint8Array or null;
//   - hampiCan(method, url): true or false, at once;
//   - hampiSync(): a promise of the report, a plain object.
func Serve(app App) {
	js.Global().Set("hampiAnswer", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return promise(func() (js.Value, error) {
			request, err := requestOf(args)
			if err != nil {
				return js.Undefined(), err
			}
			answer := web.NewRecorder(nil)
			app.Handler.ServeHTTP(answer, request)
			return responseOf(answer), nil
		})
	}))
	js.Global().Set("hampiCan", js.FuncOf(func(_ js.Value, args []js.Value) any {
		if app.Can == nil || len(args) != 2 {
			return false
		}
		address, err := url.Parse(args[1].String())
		return err == nil && app.Can(args[0].String(), address.Path)
	}))
	js.Global().Set("hampiSync", js.FuncOf(func(js.Value, []js.Value) any {
		return promise(func() (js.Value, error) {
			if app.Sync == nil {
				return js.Null(), nil
			}
			report, err := app.Sync(context.Background())
			if err != nil {
				return js.Undefined(), err
			}
			return plain(report)
		})
	}))
	js.Global().Call("hampiReady")
	select {}
}

// plain is v as an object of JavaScript, named as in its JSON.
func plain(v any) (js.Value, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return js.Undefined(), fmt.Errorf("hand over a report: %w", err)
	}
	return js.Global().Get("JSON").Call("parse", string(text)), nil
}

// promise runs work beside the callback, which must never block the only thread.
func promise(work func() (js.Value, error)) js.Value {
	var start js.Func
	start = js.FuncOf(func(_ js.Value, settle []js.Value) any {
		go func() {
			defer start.Release()
			value, err := work()
			if err != nil {
				settle[1].Invoke(js.Global().Get("Error").New(err.Error()))
				return
			}
			settle[0].Invoke(value)
		}()
		return nil
	})
	return js.Global().Get("Promise").New(start)
}

func requestOf(args []js.Value) (*http.Request, error) {
	if len(args) != 4 {
		return nil, fmt.Errorf("the bridge takes method, address, headers and body; it got %d values", len(args))
	}
	address, err := url.Parse(args[1].String())
	if err != nil {
		return nil, fmt.Errorf("read the address: %w", err)
	}
	header := http.Header{}
	for i := range args[2].Length() {
		pair := args[2].Index(i)
		header.Add(pair.Index(0).String(), pair.Index(1).String())
	}
	body := bytesOf(args[3])
	return &http.Request{
		Method: args[0].String(), URL: address, Host: address.Host, RequestURI: address.RequestURI(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}, nil
}

func bytesOf(v js.Value) []byte {
	if v.IsNull() || v.IsUndefined() {
		return nil
	}
	b := make([]byte, v.Get("length").Int())
	js.CopyBytesToGo(b, v)
	return b
}

func responseOf(answer *web.Recorder) js.Value {
	headers := js.Global().Get("Array").New()
	for name, values := range answer.Header() {
		if dropped(name) {
			continue
		}
		for _, value := range values {
			headers.Call("push", js.ValueOf([]any{name, value}))
		}
	}
	status := max(answer.Status, http.StatusOK)
	body := js.Null()
	if !nullBody(status) {
		body = js.Global().Get("Uint8Array").New(answer.Body.Len())
		js.CopyBytesToJS(body, answer.Body.Bytes())
	}
	return js.ValueOf(map[string]any{"status": status, "headers": headers, "body": body})
}

// nullBody lists the statuses whose answers have no body at all; a browser refuses one.
func nullBody(status int) bool {
	return status == 101 || status == 204 || status == 205 || status == 304
}

// dropped names headers that mean nothing, or harm, in an answer that the device gives itself.
func dropped(name string) bool {
	switch strings.ToLower(name) {
	case "set-cookie", "content-encoding", "content-length", "strict-transport-security":
		return true
	}
	return false
}
