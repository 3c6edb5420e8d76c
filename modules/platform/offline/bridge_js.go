//go:build js

package offline

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"syscall/js"

	"hampi/modules/platform/web"
)

// Serve hands handler to the service worker as the function hampiAnswer(method, url, headers, body) and calls
// hampiReady(). It returns never: the program lives as long as the worker.
//
// headers are pairs, body is a Uint8Array or null; the promise gives {status, headers, body}.
func Serve(handler http.Handler) {
	js.Global().Set("hampiAnswer", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return promise(func() (js.Value, error) {
			request, err := requestOf(args)
			if err != nil {
				return js.Undefined(), err
			}
			answer := web.NewRecorder(nil)
			handler.ServeHTTP(answer, request)
			return responseOf(answer), nil
		})
	}))
	js.Global().Call("hampiReady")
	select {}
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
