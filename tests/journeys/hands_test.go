package journeys_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// finder is the first element of a selector that is seen, says the text, and lies under no other.
const finder = `((selector, text) => {
	const says = (el) => (el.innerText || el.getAttribute("aria-label") || "").replace(/\s+/g, " ").trim()
	const seen = [...document.querySelectorAll(selector)].filter((el) => el.checkVisibility({visibilityProperty: true}) && el.getClientRects().length > 0)
	const el = seen.find((el) => says(el) === text) ?? seen.find((el) => says(el).includes(text))
	if (!el) return null
	const inside = (box) => box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth
	if (!inside(el.getBoundingClientRect())) el.scrollIntoView({block: "center", inline: "nearest", behavior: "instant"})
	const box = el.getClientRects()[0]
	const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, innerHeight / 2)]
	const top = document.elementFromPoint(x, y)
	if (!top || !(el.contains(top) || top.contains(el) || top.closest("label")?.contains(el) || el.labels && [...el.labels].some((l) => l.contains(top)))) {
		el.scrollIntoView({block: "center", inline: "nearest", behavior: "instant"}) // from below what is fixed
		return null
	}
	return {x, y}
})`

type point struct{ X, Y float64 }

func quoted(text string) string {
	b, _ := json.Marshal(text) //nolint:errchkjson // a string can always be written
	return string(b)
}

// find waits until an element can be touched and rests.
func (w *Window) find(selector, text string) point {
	GinkgoHelper()
	var last *point
	Eventually(func() bool {
		now := evalOr[*point](w, finder+"("+quoted(selector)+","+quoted(text)+")", nil)
		rests := now != nil && last != nil && *now == *last
		last = now
		return rests
	}).WithTimeout(pageLimit).WithPolling(pollEvery).Should(BeTrue(), func() string {
		return fmt.Sprintf("%s «%s» cannot be touched at %s", selector, text, w.Where())
	})
	return *last
}

// Press clicks or, on a phone, taps the element of selector.
func (w *Window) Press(selector string) {
	GinkgoHelper()
	w.PressOn(selector, "")
}

// PressOn presses the element of selector that says text.
func (w *Window) PressOn(selector, text string) {
	GinkgoHelper()
	at := w.find(selector, text)
	if w.touch {
		w.Do(chromedp.TapXY(at.X, at.Y))
		return
	}
	w.Do(chromedp.MouseClickXY(at.X, at.Y))
}

// Button presses the button, or link, with that text.
func (w *Window) Button(text string) {
	GinkgoHelper()
	w.PressOn("button, a[href], summary, [role=option], label", text)
}

// Follow presses what leads to another page, or sends a form that does, and waits for that page.
func (w *Window) Follow(selector, text string) {
	GinkgoHelper()
	w.Turn(func() { w.PressOn(selector, text) })
}

// Turn does something that leads to another page and waits for that page.
func (w *Window) Turn(do func()) {
	GinkgoHelper()
	Eval[bool](w, `document.turned = true`)
	do()
	Eventually(func() bool { return evalOr(w, `!document.turned && document.readyState === "complete"`, false) }).
		WithTimeout(pageLimit).WithPolling(pollEvery).Should(BeTrue(), func() string { return "still at " + w.Where() })
}

// Text is what the first seen element of selector says now, "" without one.
func (w *Window) Text(selector string) string {
	return strings.TrimSpace(evalOr(w, `([...document.querySelectorAll(`+quoted(selector)+`)].find((el) => el.checkVisibility())?.innerText ?? "").replace(/\s+/g, " ")`, ""))
}

// Texts is what all seen elements of selector say now.
func (w *Window) Texts(selector string) []string {
	return evalOr[[]string](w, `[...document.querySelectorAll(`+quoted(selector)+`)].filter((el) => el.checkVisibility()).map((el) => (el.innerText || el.getAttribute("aria-label") || "").replace(/\s+/g, " ").trim())`, nil)
}

// See waits until an element of selector says text.
func (w *Window) See(selector, text string) {
	GinkgoHelper()
	Eventually(func() []string { return w.Texts(selector) }).WithTimeout(pageLimit).WithPolling(pollEvery).
		Should(ContainElement(ContainSubstring(text)), func() string { return "in " + selector + " at " + w.Where() })
}

// Heading waits for the page, or step, with that heading.
func (w *Window) Heading(text string) {
	GinkgoHelper()
	w.See("h1", text)
}

// Gone waits until no element of selector is seen.
func (w *Window) Gone(selector string) {
	GinkgoHelper()
	Eventually(func() []string { return w.Texts(selector) }).WithTimeout(pageLimit).WithPolling(pollEvery).Should(BeEmpty(), selector)
}

// Fill replaces what a field holds.
func (w *Window) Fill(selector, text string) {
	GinkgoHelper()
	w.find(selector, "")
	Eval[bool](w, `(() => { const el = [...document.querySelectorAll(`+quoted(selector)+`)].find((el) => el.checkVisibility()); el.focus(); el.select?.(); return true })()`)
	if text == "" {
		w.Keys(kb.Delete)
		return
	}
	w.Keys(text)
}

// Choose takes an option of a native select by its text.
func (w *Window) Choose(selector, text string) {
	GinkgoHelper()
	w.find(selector, "")
	Expect(Eval[bool](w, `((el, text) => {
		const option = [...el.options].find((o) => o.text.includes(text))
		if (!option) return false
		el.focus(); el.value = option.value
		el.dispatchEvent(new Event("input", {bubbles: true})); el.dispatchEvent(new Event("change", {bubbles: true}))
		return true
	})(document.querySelector(`+quoted(selector)+`), `+quoted(text)+`)`)).To(BeTrue(), "no option "+text+" in "+selector)
}

// Tick presses the box, radio or switch whose label says text.
func (w *Window) Tick(text string) {
	GinkgoHelper()
	w.PressOn("label:has(input)", text)
}

// Value is what a field holds now.
func (w *Window) Value(selector string) string {
	return evalOr(w, `[...document.querySelectorAll(`+quoted(selector)+`)].find((el) => el.checkVisibility())?.value ?? ""`, "")
}

// Focused is the id of what has the focus, or its name, or its tag.
func (w *Window) Focused() string {
	return evalOr(w, `(document.activeElement?.id || document.activeElement?.name || document.activeElement?.tagName) ?? ""`, "")
}

// Keys types on the keyboard, wherever the focus is.
func (w *Window) Keys(keys string, held ...chromedp.Modifier) {
	GinkgoHelper()
	w.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, key := range keys {
			for _, event := range strokes(key, held) {
				if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, event); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// strokes are a key going down and up as a keyboard sends them: the letter comes with the key going down, so that a
// page that takes the key for itself gets no letter (chromedp's own strokes send it all the same).
func strokes(key rune, held []chromedp.Modifier) []input.DispatchKeyEventParams {
	encoded := kb.Encode(key)
	down, up := *encoded[0], *encoded[len(encoded)-1]
	if down.Key == "Unidentified" { // ñ, accents: what a Latin-American keyboard has keys for
		down.Key, up.Key = string(key), string(key)
	}
	for _, m := range held {
		down.Modifiers |= int64(m)
		up.Modifiers |= int64(m)
	}
	down.Type = input.DispatchKeyEventTypeRawKeyDown
	if len(encoded) == 3 && len(held) == 0 {
		down.Type, down.Text, down.UnmodifiedText = input.DispatchKeyEventTypeKeyDown, encoded[1].Text, encoded[1].UnmodifiedText
	}
	return []input.DispatchKeyEventParams{down, up}
}

// Hand counts what a person does: keys, and taps or clicks.
type Hand struct {
	w          *Window
	Keys, Taps int
}

// Type presses keys one after the other.
func (h *Hand) Type(keys string) {
	GinkgoHelper()
	h.Keys += len([]rune(keys))
	h.w.Keys(keys)
}

// CtrlEnter is one chord, two keys.
func (h *Hand) CtrlEnter() {
	GinkgoHelper()
	h.Keys += 2
	h.w.Keys(kb.Enter, chromedp.ModifierCtrl)
}

// Tap presses an element with the mouse or finger.
func (h *Hand) Tap(selector, text string) {
	GinkgoHelper()
	h.Taps++
	h.w.PressOn(selector, text)
}
