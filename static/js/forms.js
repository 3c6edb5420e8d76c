// Forms: sent once, focus on the first problem, Ctrl Enter from a textarea,
// password shown on demand, a code that sends itself, the calendar's button.
import { on, visible } from './dom.js'

// ---- sent once: while an answer is on its way the same form is not sent again
const sending = new WeakSet()

document.addEventListener('submit', (e) => {
  if (sending.has(e.target)) {
    e.preventDefault()
    e.stopImmediatePropagation()
    return
  }
}, true)

// Last of all: what another helper or htmx has taken for itself is not on its way yet; of a download nobody hears the end.
window.addEventListener('submit', (e) => {
  if (!e.defaultPrevented && !e.target.matches('[method=dialog],[data-descarga]')) begin(e.target)
})

document.addEventListener('htmx:beforeRequest', (e) => { if (e.detail.elt.tagName === 'FORM') begin(e.detail.elt) })
document.addEventListener('htmx:afterRequest', (e) => end(e.detail.elt))
window.addEventListener('pageshow', () => document.querySelectorAll('form').forEach(end)) // back again: may be sent again

function begin(form) {
  sending.add(form)
  for (const button of buttons(form)) button.setAttribute('aria-busy', 'true')
}

function end(form) {
  if (!(form instanceof HTMLFormElement)) return
  sending.delete(form)
  for (const button of buttons(form)) button.removeAttribute('aria-busy')
}

const buttons = (form) => [...form.elements].filter((el) => el.type === 'submit')

// ---- a refused form: focus goes to the first problem
document.addEventListener('htmx:afterSettle', (e) => {
  if (e.detail.xhr?.status === 422) toFirstProblem(e.detail.elt?.isConnected ? e.detail.elt : document)
})
if (document.querySelector('[data-errores]')) toFirstProblem(document)

function toFirstProblem(inside) {
  const wrong = [...inside.querySelectorAll('[aria-invalid="true"]')].find((el) => visible(el) || el.matches('fieldset'))
  const target = wrong?.matches('fieldset') ? wrong.querySelector('input') : wrong
  if (target) {
    target.focus()
    target.select?.()
    return
  }
  const line = inside.querySelector('[data-errores]')
  line?.setAttribute('tabindex', '-1')
  line?.focus()
}

// A corrected field no longer says it is wrong; the next send decides again.
on('input', '[aria-invalid="true"]', (el) => el.removeAttribute('aria-invalid'))

document.addEventListener('keydown', (e) => {
  if (e.key === 'Enter' && (e.ctrlKey || e.metaKey) && e.target instanceof HTMLTextAreaElement && e.target.form) {
    e.preventDefault()
    e.target.form.requestSubmit()
  }
})

on('click', '[data-ver-clave]', (el) => {
  const field = el.parentElement.querySelector('input')
  const show = field.type === 'password'
  field.type = show ? 'text' : 'password'
  el.setAttribute('aria-pressed', String(show))
  el.setAttribute('aria-label', show ? 'Ocultar contraseña' : 'Mostrar contraseña')
  const use = el.querySelector('use')
  use?.setAttribute('href', use.getAttribute('href').replace(/#.*/, show ? '#eye-off' : '#eye'))
})

on('input', '[data-codigo]', (el) => {
  const digits = el.value.replace(/\D/g, '')
  if (digits !== el.value) el.value = digits
  if (digits.length === Number(el.dataset.codigo)) el.form?.requestSubmit()
})

on('click', '[data-calendario]', (button) => {
  const field = button.parentElement.querySelector('[data-fecha]')
  let picker = button.parentElement.querySelector('input[type=date]')
  if (!picker) {
    picker = Object.assign(document.createElement('input'), { type: 'date', tabIndex: -1, ariaHidden: 'true' })
    picker.addEventListener('change', () => {
      if (picker.value) field.value = picker.value.split('-').reverse().join('/')
      field.dispatchEvent(new Event('change', { bubbles: true }))
      field.focus()
    })
    button.parentElement.append(picker)
  }
  const [day, month, year] = field.value.split('/')
  if (year?.length === 4) picker.value = `${year}-${month}-${day}`
  picker.showPicker()
})
