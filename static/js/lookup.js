// Asking while one types, for combobox and search: a short pause after the last
// letter, only the typed text is sent (as "q"), and an Enter pressed before the
// answer waits for it, so that fast hands get what they typed, not what stood there.
import htmx from 'htmx.org/dist/htmx.esm.js'
import { on } from './dom.js'

const pause = 120 // ms
const timers = new WeakMap()
const pending = new WeakSet() // typed and not answered yet
const wanted = new WeakSet() // Enter pressed meanwhile

// lookup serves the inputs matching selector, whose htmx request is triggered by "buscar".
//   typed(input)   a letter came or went   answered(input)   its list was filled
//   take(input)    Enter: use the first
export function lookup(selector, { typed, answered, take }) {
  on('input', selector, (input) => {
    typed?.(input)
    wanted.delete(input)
    clearTimeout(timers.get(input))
    if (!input.value.trim()) {
      pending.delete(input)
      list(input)?.replaceChildren()
      answered(input)
      return
    }
    pending.add(input)
    timers.set(input, setTimeout(() => htmx.trigger(input, 'buscar'), pause))
  })

  on('keydown', selector, (input, e) => {
    if (e.key !== 'Enter' || e.ctrlKey || e.isComposing) return
    if (pending.has(input)) {
      e.preventDefault()
      wanted.add(input)
    } else if (take(input)) {
      e.preventDefault()
    }
  }, true)

  document.addEventListener('htmx:configRequest', (e) => {
    if (e.detail.elt.matches?.(selector)) e.detail.parameters = { q: e.detail.elt.value }
  })

  document.addEventListener('htmx:afterRequest', (e) => {
    const input = e.detail.elt
    if (!input.matches?.(selector) || !input.isConnected) return
    if (e.detail.successful && e.detail.requestConfig.parameters.q !== input.value) return // a later answer is on its way
    pending.delete(input)
    if (!e.detail.successful) return
    answered(input)
    if (wanted.delete(input)) take(input)
  })
}

export const ask = (input) => htmx.trigger(input, 'buscar')
export const list = (input) => document.getElementById(input.getAttribute('aria-controls'))
