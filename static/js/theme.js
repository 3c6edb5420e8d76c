// The person's look: theme, density, rail, single keys. Kept in this browser and
// in a cookie, so that the server draws the next page right from the start.
import { on } from './dom.js'

const root = document.documentElement
const device = matchMedia('(prefers-color-scheme: dark)')

function keep(name, value) {
  try { localStorage.setItem('hampi.' + name, value) } catch { /* private window: the cookie is enough */ }
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`
}

const apply = {
  tema: (value) => {
    root.dataset.tema = value
    root.classList.toggle('dark', value === 'oscuro' || (value === 'equipo' && device.matches))
  },
  densidad: (value) => { root.dataset.densidad = value },
  atajos: (value) => { root.dataset.atajos = value },
  riel: (value) => { value === 'si' ? root.dataset.riel = 'si' : delete root.dataset.riel },
}

on('click', '[data-ajuste]', (el) => {
  keep(el.dataset.ajuste, el.value)
  apply[el.dataset.ajuste](el.value)
  mark()
})

on('click', '[data-riel-boton]', () => {
  if (root.dataset.riel === 'foco') return
  const value = root.dataset.riel === 'si' ? 'no' : 'si'
  keep('riel', value)
  apply.riel(value)
})

device.addEventListener('change', () => apply.tema(root.dataset.tema))

// Paper is white, whatever the screen is.
window.addEventListener('beforeprint', () => root.classList.remove('dark'))
window.addEventListener('afterprint', () => apply.tema(root.dataset.tema))

// mark shows which choice holds, also where the page was drawn without knowing it.
function mark() {
  const now = { tema: root.dataset.tema, densidad: root.dataset.densidad || 'compacta', atajos: root.dataset.atajos || 'si' }
  for (const button of document.querySelectorAll('[data-ajuste]')) button.setAttribute('aria-pressed', String(now[button.dataset.ajuste] === button.value))
}
mark()
