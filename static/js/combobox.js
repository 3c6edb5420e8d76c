// Search as you type: [data-combo] holds an input[role=combobox], its listbox and,
// in forms, the hidden value. The input asks the server by the event "buscar".
// data-combo="foco": ↓ carries the focus into the list, whose options then have
// keys of their own (R, C …); otherwise the focus stays in the field.
import htmx from 'htmx.org/dist/htmx.esm.js'
import { on, visible } from './dom.js'

const pause = 120 // ms after the last letter
const timers = new WeakMap()

const parts = (inside) => {
  const combo = inside.closest('[data-combo]')
  if (!combo) return null
  return { combo, input: combo.querySelector('[role=combobox]'), list: combo.querySelector('[role=listbox]'), value: combo.querySelector('[data-combo-valor]'), roams: combo.dataset.combo === 'foco' }
}
const options = (list) => [...list.querySelectorAll('[role=option]')]
const active = (list) => list.querySelector('[aria-selected="true"]')

on('input', '[data-combo] [role=combobox]', (input) => {
  const { value, list } = parts(input)
  if (value?.value) { value.value = ''; value.dispatchEvent(new Event('change', { bubbles: true })) }
  clearTimeout(timers.get(input))
  if (!input.value.trim()) return void (list.replaceChildren(), show(input, false))
  timers.set(input, setTimeout(() => htmx.trigger(input, 'buscar'), pause))
})

// Only what was typed is asked for, not the form around it.
document.addEventListener('htmx:configRequest', (e) => {
  const input = e.detail.elt
  if (input.matches?.('[data-combo] [role=combobox]')) e.detail.parameters = { q: input.value }
})

// A field with few answers shows them at once when entered empty.
on('focusin', '[data-combo] [role=combobox][data-al-entrar]', (input) => { if (!input.value) htmx.trigger(input, 'buscar') })

document.addEventListener('htmx:afterSwap', (e) => {
  if (!e.detail.target?.matches?.('[data-combo] [role=listbox]')) return
  const { input, list, roams } = parts(e.detail.target)
  show(input, list.children.length > 0 && (document.activeElement === input || roams))
  mark(input, list, options(list)[0]) // Enter takes the first
})

function show(input, yes) {
  const { list, roams } = parts(input)
  if (!roams) list.hidden = !yes
  input.setAttribute('aria-expanded', String(yes && list.children.length > 0))
  if (!yes) mark(input, list, null)
}

function mark(input, list, option) {
  active(list)?.setAttribute('aria-selected', 'false')
  if (!option) return void input.removeAttribute('aria-activedescendant')
  option.setAttribute('aria-selected', 'true')
  input.setAttribute('aria-activedescendant', option.id)
  option.scrollIntoView({ block: 'nearest' })
}

function choose(option) {
  const { input, list, value, combo } = parts(option)
  if (option.dataset.href) return void location.assign(option.dataset.href)
  const link = option.querySelector('[data-elegir]')
  if (link) return void link.click()
  if (value) {
    input.value = option.dataset.texto || option.textContent.trim()
    value.value = option.dataset.valor
    show(input, false)
    input.removeAttribute('aria-invalid')
    input.focus()
    value.dispatchEvent(new Event('change', { bubbles: true }))
  }
  combo.dispatchEvent(new CustomEvent('elegido', { bubbles: true, detail: { ...option.dataset } }))
  if (!value) list.replaceChildren()
}

on('keydown', '[data-combo] [role=combobox]', (input, e) => {
  const { list, roams } = parts(input)
  const all = options(list)
  const open = !list.hidden && all.length > 0
  const here = all.indexOf(active(list))
  if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
    e.preventDefault()
    if (!open) return void htmx.trigger(input, 'buscar')
    if (roams && e.key === 'ArrowDown') return void (mark(input, list, all[0]), all[0].focus())
    mark(input, list, all[(here + (e.key === 'ArrowDown' ? 1 : -1) + all.length) % all.length])
  } else if (e.key === 'Enter' && open && active(list)) {
    e.preventDefault()
    choose(active(list))
  } else if (e.key === 'Enter' && roams) {
    e.preventDefault()
    htmx.trigger(input, 'buscar')
  } else if (e.key === 'Escape' && open && !roams) {
    e.preventDefault() // closes the list, not the dialog around it
    e.stopPropagation()
    show(input, false)
  }
}, true)

on('keydown', '[data-combo="foco"] [role=option]', (option, e) => {
  const { input, list } = parts(option)
  const all = options(list).filter(visible)
  const here = all.indexOf(option)
  if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
    e.preventDefault()
    const next = here + (e.key === 'ArrowDown' ? 1 : -1)
    if (next < 0) return void input.focus()
    const to = all[Math.min(next, all.length - 1)]
    mark(input, list, to)
    to.focus()
  } else if (e.key === 'Enter' && e.target === option) {
    e.preventDefault()
    choose(option)
  } else if (e.key === 'Backspace') {
    input.focus()
  }
})

on('click', '[data-combo] [role=option]', (option, e) => { if (!e.target.closest('a, button')) choose(option) })
on('pointerdown', '[data-combo] [role=option]', (option, e) => { if (!parts(option).roams) e.preventDefault() }) // the field keeps the focus

document.addEventListener('focusout', (e) => {
  const at = e.target instanceof Element ? parts(e.target) : null
  if (at && !at.roams && !at.combo.contains(e.relatedTarget)) show(at.input, false)
})

// An overlay that closes forgets what was looked for: it may be a name.
document.addEventListener('close', (e) => {
  if (e.target.id !== 'buscador') return
  e.target.querySelector('input').value = ''
  e.target.querySelector('[role=listbox]').replaceChildren()
}, true)
