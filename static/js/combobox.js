// A field that searches: [data-combo] holds an input[role=combobox], its listbox
// and the hidden value that is sent. The focus stays in the field; the marked
// option is the one Enter takes. Choosing sends "change" from the hidden value
// and "elegido" (detail: the option's data) from the combo.
import { on } from './dom.js'
import { ask, list, lookup } from './lookup.js'

const field = '[data-combo] [role=combobox]'
const options = (input) => [...list(input).querySelectorAll('[role=option]:not([aria-disabled])')]
const active = (input) => list(input).querySelector('[aria-selected="true"]')
const value = (input) => input.closest('[data-combo]').querySelector('[data-combo-valor]')
const inputOf = (el) => el.closest('[data-combo]').querySelector('[role=combobox]')

lookup(field, {
  typed(input) { // what is no longer what was chosen is not sent as it
    if (!value(input).value) return
    value(input).value = ''
    value(input).dispatchEvent(new Event('change', { bubbles: true }))
  },
  answered(input) {
    show(input, list(input).children.length > 0 && document.activeElement === input)
    mark(input, options(input)[0])
  },
  take(input) {
    const option = !list(input).hidden && active(input)
    if (option) choose(option)
    return Boolean(option)
  },
})

// A field with few answers (data-al-entrar) shows them at once when entered empty.
on('focusin', field + '[data-al-entrar]', (input) => { if (!input.value) ask(input) })

function show(input, yes) {
  list(input).hidden = !yes
  input.setAttribute('aria-expanded', String(yes))
  if (!yes) mark(input, null)
}

function mark(input, option) {
  active(input)?.setAttribute('aria-selected', 'false')
  if (!option) return void input.removeAttribute('aria-activedescendant')
  option.setAttribute('aria-selected', 'true')
  input.setAttribute('aria-activedescendant', option.id)
  option.scrollIntoView({ block: 'nearest' })
}

function choose(option) {
  const input = inputOf(option)
  if (option.dataset.href) return void location.assign(option.dataset.href)
  const data = { ...option.dataset }
  input.value = data.texto || option.textContent.trim()
  input.removeAttribute('aria-invalid')
  value(input).value = data.valor
  show(input, false)
  input.focus()
  value(input).dispatchEvent(new Event('change', { bubbles: true }))
  input.closest('[data-combo]').dispatchEvent(new CustomEvent('elegido', { bubbles: true, detail: data }))
}

on('keydown', field, (input, e) => {
  const open = !list(input).hidden
  if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
    e.preventDefault()
    if (!open) return void ask(input)
    const all = options(input)
    const next = all.indexOf(active(input)) + (e.key === 'ArrowDown' ? 1 : -1)
    if (all.length) mark(input, all.at(next % all.length))
  } else if (e.key === 'Escape' && open) {
    e.preventDefault() // closes the list, not the dialog around it
    e.stopPropagation()
    show(input, false)
  }
}, true)

on('click', '[data-combo] [role=option]:not([aria-disabled])', choose)
on('pointerdown', '[data-combo] [role=listbox]', (_, e) => e.preventDefault()) // the field keeps the focus

document.addEventListener('focusout', (e) => {
  const combo = e.target instanceof Element && e.target.closest('[data-combo]')
  if (combo && !combo.contains(e.relatedTarget)) show(inputOf(combo), false)
})
