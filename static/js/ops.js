// A form's operation id makes a retry harmless. After a success the form gets a
// fresh one, so that it may be used again; a lost answer or a refusal keeps it.

document.addEventListener('htmx:afterRequest', (e) => {
  const form = e.detail.elt
  if (!(form instanceof HTMLFormElement) || !e.detail.successful) return // a search inside a form is not the form
  const field = form.querySelector('input[name=op_id]')
  if (field) field.value = uuidv7()
})

// A page that was opened to put right what the clinic refused names that operation with what it saves, so that the
// device lets go of it.
document.addEventListener('htmx:configRequest', (e) => {
  const form = e.detail.elt
  const refused = new URLSearchParams(location.search).get('corrige')
  if (!refused || !(form instanceof HTMLFormElement) || !form.closest('#contenido, #dialogo')) return
  if (form.querySelector('input[name=op_id]')) e.detail.parameters.corrige = refused
})

// uuidv7 is a time-ordered id: 48 bits of milliseconds, then chance.
export function uuidv7(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  for (let i = 5, rest = now; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256
  bytes[6] = (bytes[6] & 0x0f) | 0x70
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
