// Links to what only the server has: while it is away they say so and lead nowhere, on pages that it drew as on those of
// the device, and lead on when it is back. The app in the browser knows which of them it has.
import { byID, on } from './dom.js'
import { ask, onState } from './worker.js'

const reason = 'Requiere conexión'
let online = true

onState((state) => {
  if (state.online === online && online) return
  online = state.online
  mark().catch(() => {}) // nobody keeps anything in this browser: the page that answers says so
})
document.addEventListener('htmx:afterSettle', () => { if (!online) mark().catch(() => {}) })

async function mark() {
  const links = [...document.querySelectorAll('a[href^="/"]')].filter((a) => !a.closest('.franja'))
  const paths = online ? [] : [...new Set(links.map((a) => a.getAttribute('href')))]
  const here = new Map(paths.length ? (await ask('can', { paths })).map((can, i) => [paths[i], can]) : [])
  for (const link of links) set(link, !online && (link.hasAttribute('data-solo-linea') || !here.get(link.getAttribute('href'))))
}

function set(link, away) {
  if (away === link.hasAttribute('data-requiere-linea')) return
  link.toggleAttribute('data-requiere-linea', away)
  if (away) {
    link.dataset.titulo = link.title
    link.title = reason
    link.setAttribute('aria-disabled', 'true')
  } else {
    link.title = link.dataset.titulo ?? ''
    link.removeAttribute('aria-disabled')
  }
}

on('click', 'a[data-requiere-linea]', (link, e) => {
  e.preventDefault()
  e.stopImmediatePropagation()
  const toast = Object.assign(document.createElement('p'), { className: 'aviso', textContent: `${link.textContent.trim()}: requiere conexión.` })
  toast.dataset.aviso = '5'
  byID('avisos')?.append(toast)
}, true)
