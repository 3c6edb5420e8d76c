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

// The rest fills the way that is entered while it is empty, and is selected, so that typing replaces it.
on('focusin', '[data-pago]', (field) => {
  const rest = Math.min(left(field.form, field), field.dataset.tope ?? Infinity) // of a balance only what is there
  if (field.value.trim() === '' && rest > 0) field.value = (rest / 100).toFixed(2)
  field.select()
  show()
})
// Cash is told by what is handed over: its key leads there, and the rest is cash.
on('focusin', '[data-recibido]', (field) => {
  const cash = field.form.querySelector('[data-pago=cash]'), rest = left(field.form, cash)
  if (cash.value.trim() === '' && rest > 0) cash.value = (rest / 100).toFixed(2)
  show()
})
// Enter ends a field and charges nobody: that takes Ctrl Enter, or the button.
on('keydown', '#cobro input', (field, e) => {
  if (e.key !== 'Enter' || e.ctrlKey || e.metaKey) return
  e.preventDefault()
  if (field.getAttribute('role') !== 'combobox') field.blur()
})
on('input', '#cobro', show)
document.addEventListener('htmx:afterSettle', show)
show()
