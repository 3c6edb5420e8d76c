//go:build js

package offline

import (
	"context"
	"fmt"
	"syscall/js"
)

// browser is the KV that the service worker keeps: IndexedDB behind the global hampiStore, each value sealed there.
type browser struct{}

// Browser is this browser's store. Each call of it is one promise of the worker, however many rows it is about.
func Browser() KV { return browser{} }

const store = "hampiStore"

func (browser) Get(ctx context.Context, kind string, ids ...string) ([]Row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return rowsOf(kind)(call(ctx, store, "get", kind, texts(ids)))
}

func (browser) ByKey(ctx context.Context, kind, from, to string) ([]Row, error) {
	return rowsOf(kind)(call(ctx, store, "byKey", kind, from, to))
}

func (browser) ByGroup(ctx context.Context, kind, group string) ([]Row, error) {
	return rowsOf(kind)(call(ctx, store, "byGroup", kind, group))
}

func (browser) Count(ctx context.Context, kind string) (int, error) {
	n, err := call(ctx, store, "count", kind)
	if err != nil || n.Type() != js.TypeNumber {
		return 0, err
	}
	return n.Int(), nil
}

// rowsOf reads an array of [id, key, group, bytes].
func rowsOf(kind string) func(js.Value, error) ([]Row, error) {
	return func(list js.Value, err error) ([]Row, error) {
		if err != nil {
			return nil, err
		}
		rows := make([]Row, list.Length())
		for i := range rows {
			r := list.Index(i)
			if r.Length() != 4 {
				return nil, fmt.Errorf("the store gave a row of %d values", r.Length())
			}
			rows[i] = Row{Kind: kind, ID: r.Index(0).String(), Key: r.Index(1).String(), Group: r.Index(2).String(), Value: bytesOf(r.Index(3))}
		}
		return rows, nil
	}
}

func (browser) Queue(ctx context.Context, states ...QueueState) ([]Queued, error) {
	list, err := call(ctx, store, "queue", texts(states))
	if err != nil {
		return nil, err
	}
	queued := make([]Queued, list.Length())
	for i := range queued {
		q := list.Index(i)
		if q.Length() != 3 {
			return nil, fmt.Errorf("the store gave a queued operation of %d values", q.Length())
		}
		queued[i] = Queued{N: int64(q.Index(0).Int()), State: QueueState(q.Index(1).String()), Value: bytesOf(q.Index(2))}
	}
	return queued, nil
}

func (browser) Meta(ctx context.Context, name string) (string, error) {
	value, err := call(ctx, store, "meta", name)
	if err != nil || value.Type() != js.TypeString {
		return "", err
	}
	return value.String(), nil
}

func (browser) Commit(ctx context.Context, b Batch) error {
	put := make([]any, 0, len(b.Put))
	for _, r := range b.Put {
		put = append(put, []any{r.Kind, r.ID, r.Key, r.Group, bytesTo(r.Value)})
	}
	gone := make([]any, 0, len(b.Delete))
	for _, r := range b.Delete {
		gone = append(gone, []any{r.Kind, r.ID})
	}
	queue := make([]any, 0, len(b.Queue))
	for _, q := range b.Queue {
		queue = append(queue, []any{float64(q.N), string(q.State), bytesTo(q.Value)})
	}
	unqueue := make([]any, 0, len(b.Unqueue))
	for _, n := range b.Unqueue {
		unqueue = append(unqueue, float64(n))
	}
	meta := make([]any, 0, len(b.Meta))
	for name, value := range b.Meta {
		meta = append(meta, []any{name, value})
	}
	_, err := call(ctx, store, "commit", map[string]any{
		"put": put, "delete": gone, "queue": queue, "unqueue": unqueue, "meta": meta, "strict": b.Strict,
	})
	return err
}

func texts[T ~string](list []T) []any {
	values := make([]any, len(list))
	for i, text := range list {
		values[i] = string(text)
	}
	return values
}

func bytesTo(b []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(array, b)
	return array
}
