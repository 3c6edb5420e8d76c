// The charging screen fills what is left to pay into the way that is chosen, and shows the change. What is right is the
// server's to say.
import { on, byID } from '../../static/js/dom.js'

const cents = (text) => {
  const n = Number(String(text).trim().replace(/^S\/\s*/, '').replace(/,(\d{1,2})$/, '.$1').replaceAll(',', ''))
  return Number.isFinite(n) ? Math.round(n * 100) : 0
}
const money = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const soles = (n) => 'S/ ' + money.format(n / 100)

function left(form, except) {
  let n = cents(form.dataset.total)
  for (const field of form.querySelectorAll('[data-pago]')) if (field !== except) n -= cents(field.value)
  return Math.max(n, 0)
}

function show() {
  const form = byID('cobro')
  if (!form) return
  const cash = form.querySelector('[data-pago=cash]'), received = form.querySelector('[data-recibido]')
  form.querySelector('[data-resto]').textContent = soles(left(form))
  form.querySelector('[data-cambio]').textContent = soles(Math.max(cents(received.value) - cents(cash.value), 0))
}

// The rest fills the way that is entered while it is empty, and is selected, so that typing replaces it. Walking through
// with Tab pays nothing.
let walking = false
// fill puts the rest into a way; what nobody types over follows the total.
function fill(field, rest) {
  field.value = (rest / 100).toFixed(2)
  field.dataset.filled = 1
}
on('input', '[data-filled]', (field) => { delete field.dataset.filled })
document.addEventListener('keydown', (e) => { walking = e.key === 'Tab' }, true)
document.addEventListener('pointerdown', () => { walking = false }, true)
on('focusin', '[data-pago]', (field) => {
  const rest = Math.min(left(field.form, field), field.dataset.tope ?? Infinity) // of a balance only what is there
  if (!walking && field.value.trim() === '' && rest > 0) fill(field, rest)
  field.select()
  show()
})
// Cash is told by what is handed over: its key leads there, and the rest is cash.
on('focusin', '[data-recibido]', (field) => {
  const cash = field.form.querySelector('[data-pago=cash]'), rest = left(field.form, cash)
  if (!walking && cash.value.trim() === '' && rest > 0) fill(cash, rest)
  show()
})
// What is typed while an answer is on its way stays: the new form takes over values, focus and selection. What it takes
// over counts as changed once it is left.
const state = (field) => (/radio|checkbox/.test(field.type) ? field.checked : field.value)
const named = () => { // by name and place among those of the same name
  const seen = {}
  return new Map([...document.querySelectorAll('#cobro :is(input:not([type=hidden]), select, button, summary)')].map((f) => [f.name + (seen[f.name] = -~seen[f.name]), f]))
}
const lines = () => document.querySelectorAll('.cobro-linea').length
const sent = new WeakMap()
let kept = [], before = 0, open
document.addEventListener('htmx:beforeRequest', ({ detail: { target, xhr } }) => {
  if (target.matches('#cobro')) sent.set(xhr, new Map([...named()].map(([key, field]) => [key, state(field)])))
})
document.addEventListener('htmx:beforeSwap', ({ detail: { target, xhr } }) => {
  if (!target.matches('#cobro')) return // its .id is the field of that name
  const active = document.activeElement
  before = lines()
  open = document.querySelector('#cobro details').open
  kept = [...named()].map(([key, f]) => ({ key, value: state(f), typed: f.dataset.typed || state(f) !== sent.get(xhr).get(key), filled: f.dataset.filled, focus: f === active, from: f.selectionStart, to: f.selectionEnd }))
    .filter((k) => k.typed || k.focus || k.filled)
})
document.addEventListener('htmx:afterSwap', () => {
  const now = named()
  if (open) document.querySelector('#cobro details').open = true
  open = false
  for (const { key, value, typed, filled, focus, from, to } of kept) {
    const field = now.get(key)
    if (!field || (lines() < before && key.startsWith('linea'))) continue
    if (focus) field.focus()
    if (filled) {
      field.value = ''
      fill(field, left(field.form, field))
    } else if (typed) {
      field[value === !!value ? 'checked' : 'value'] = value
      field.dataset.typed = 1
    }
    if (focus && from != null) from === 0 && to === value.length ? field.select() : field.setSelectionRange(from, to)
  }
  kept = []
})
const tell = (field) => field.dispatchEvent(new Event('change', { bubbles: true }))
on('change', '#cobro [data-typed]', (field) => { delete field.dataset.typed })
on('focusout', '#cobro [data-typed]', tell)
document.addEventListener('htmx:afterSettle', () => { for (const field of document.querySelectorAll('#cobro [data-typed]:not(:focus)')) tell(field) })

// Enter ends a field and charges nobody, nor ends a count: that takes Ctrl Enter, or the button.
on('keydown', '#cobro input, [data-valor]', (field, e) => {
  if (e.key !== 'Enter' || e.ctrlKey || e.metaKey) return
  e.preventDefault()
  if (field.getAttribute('role') !== 'combobox') field.blur()
})
on('input', '#cobro', show)
document.addEventListener('htmx:afterSettle', show)
show()
