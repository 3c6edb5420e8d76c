//go:build js

package offline

import (
	"context"
	"fmt"
	"syscall/js"
)

// settled is how a promise ended.
type settled struct {
	value js.Value
	err   error
}

// Await waits for a promise. Never inside a callback of JavaScript: the program has one thread.
func Await(ctx context.Context, p js.Value) (js.Value, error) {
	done := make(chan settled, 1)
	var kept, failed js.Func
	release := func() {
		kept.Release()
		failed.Release()
	}
	kept = js.FuncOf(func(_ js.Value, args []js.Value) any {
		release()
		done <- settled{value: first(args)}
		return nil
	})
	failed = js.FuncOf(func(_ js.Value, args []js.Value) any {
		release()
		done <- settled{err: reason(first(args))}
		return nil
	})
	p.Call("then", kept, failed)
	select {
	case end := <-done:
		return end.value, end.err
	case <-ctx.Done(): // the promise still ends one day, and releases its functions then
		return js.Undefined(), ctx.Err()
	}
}

func first(args []js.Value) js.Value {
	if len(args) == 0 {
		return js.Undefined()
	}
	return args[0]
}

// reason is why a promise failed.
func reason(v js.Value) error {
	if v.Type() != js.TypeObject {
		return &Thrown{Name: "Error", Message: v.String()}
	}
	return &Thrown{Name: v.Get("name").String(), Message: v.Get("message").String()}
}

// call calls a function of a global object and waits for its promise. What JavaScript throws at once is an error too.
func call(ctx context.Context, object, method string, args ...any) (answer js.Value, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("%s.%s: %v", object, method, thrown)
		}
	}()
	on := js.Global()
	if object != "" {
		on = on.Get(object)
	}
	answer, err = Await(ctx, js.Global().Get("Promise").Call("resolve", on.Call(method, args...)))
	if err != nil {
		err = fmt.Errorf("%s.%s: %w", object, method, err)
	}
	return answer, err
}
