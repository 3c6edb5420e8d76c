package canonical_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"hampi/modules/platform/canonical"
)

func TestTextIsWrittenInOneWay(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`{ "b" : 1, "a" : [ true , null, "x" ] }`, `{"a":[true,null,"x"],"b":1}`},
		{`{"peso":"68.4","Ñ":"ñ","n":-0}`, `{"n":0,"peso":"68.4","Ñ":"ñ"}`},
		// RFC 8785 §3.2.3: by UTF-16 units, so the emoji (a surrogate pair, D83D) stands before U+FB33.
		{`{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}`, "{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}"},
		// §3.2.2.2: its escapes and no others; "/", "<" and U+2028 stand as they are.
		{`"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/<\u2028\u007f"`, "\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/<\u2028\u007f\""},
		{`{"a":{}, "b":[]}`, `{"a":{},"b":[]}`},
		{`9007199254740991`, `9007199254740991`},
	} {
		got, err := canonical.Text([]byte(c.in))
		if err != nil || string(got) != c.want {
			t.Errorf("%s\n got %s %v\nwant %s", c.in, got, err, c.want)
		}
	}
}

func TestWhatCouldBeReadInTwoWaysIsRefused(t *testing.T) {
	for in, want := range map[string]error{
		`{"a":1.5}`: canonical.ErrFloat, `1e3`: canonical.ErrFloat, `9007199254740992`: canonical.ErrFloat, `1.0`: canonical.ErrFloat,
		`{"a":1,"a":2}`: canonical.ErrDuplicate, `{"a":1,"b":{"c":1,"\u0063":1}}`: canonical.ErrDuplicate, "\"\xff\"": canonical.ErrText,
	} {
		if _, err := canonical.Text([]byte(in)); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", in, err, want)
		}
	}
	for _, in := range []string{``, `{`, `[1`, `{} {}`, `{"a"}`, `nul`, `{"a":1,}`} {
		if got, err := canonical.Text([]byte(in)); err == nil {
			t.Errorf("%q was written as %s", in, got)
		}
	}
	if _, err := canonical.JSON(map[string]any{"x": 36.5}); !errors.Is(err, canonical.ErrFloat) {
		t.Errorf("a float was written: %v", err)
	}
}

func anything(depth int) *rapid.Generator[any] {
	leaves := []*rapid.Generator[any]{
		rapid.String().AsAny(), rapid.Bool().AsAny(), rapid.Just[any](nil),
		rapid.Map(rapid.Int64Range(-1<<53+1, 1<<53-1), func(n int64) any { return n }),
	}
	if depth == 0 {
		return rapid.OneOf(leaves...)
	}
	inner := anything(depth - 1)
	return rapid.OneOf(append(leaves, rapid.SliceOfN(inner, 0, 4).AsAny(), rapid.MapOfN(rapid.String(), inner, 0, 4).AsAny())...)
}

// Whatever the order of the keys and the spaces of its writer, the text is the same, says the same, and is its own
// canonical form.
func TestCanonicalTextIsStableAndKeepsTheValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := anything(3).Draw(t, "value")
		first, err := canonical.JSON(v)
		if err != nil {
			t.Fatal(err)
		}
		plain, _ := json.MarshalIndent(v, " ", "\t")
		again, err := canonical.Text(plain)
		if err != nil || !bytes.Equal(first, again) {
			t.Fatalf("%s\n%s %v", first, again, err)
		}
		var a, b any
		_, _ = json.Unmarshal(plain, &a), json.Unmarshal(first, &b)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("%v became %v", a, b)
		}
	})
}
