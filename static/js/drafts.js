// Closing the dialog keeps what was typed: the same address opened again on this
// page gets it back, and says so. It lives in memory only, until the form succeeds.
const drafts = new Map() // address → [[name, value, ticked], …]

const fields = (dialog) => [...dialog.querySelectorAll('input, textarea, select')].filter((f) =>
  f.name && f.name !== 'op_id' && !['password', 'file', 'submit'].includes(f.type))

// A hidden value has no default to compare with: a combobox's goes with its words.
const changed = (f) => f.type === 'hidden' ? f.matches('[data-combo-valor]') && changed(f.closest('[data-combo]').querySelector('[role=combobox]'))
  : ['checkbox', 'radio'].includes(f.type) ? f.checked !== f.defaultChecked
  : f.tagName === 'SELECT' ? [...f.options].some((o) => o.selected !== o.defaultSelected && o.value !== f.options[0].value)
  : f.value !== f.defaultValue

export const typedInto = (dialog) => fields(dialog).some(changed)

export function keep(dialog) {
  const address = dialog.dataset.direccion
  if (!address || !typedInto(dialog)) return
  drafts.set(address, fields(dialog).filter(changed).map((f) => [f.name, f.value, f.checked]))
}

export const forget = (dialog) => drafts.delete(dialog.dataset.direccion)

export function restore(dialog) {
  const draft = drafts.get(dialog.dataset.direccion)
  if (!draft) return
  drafts.delete(dialog.dataset.direccion)
  for (const [name, value, ticked] of draft) {
    const same = fields(dialog).filter((f) => f.name === name)
    const field = same.length > 1 ? same.find((f) => f.value === value) : same[0]
    if (!field) continue
    if (['checkbox', 'radio'].includes(field.type)) field.checked = ticked
    else field.value = value
  }
  const line = Object.assign(document.createElement('p'), { className: 'ayuda', textContent: 'Aquí sigue lo que había escrito.' })
  line.setAttribute('role', 'status')
  dialog.querySelector('.marco-cuerpo')?.prepend(line)
}
