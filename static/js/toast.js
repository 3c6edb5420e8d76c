// Toasts leave by themselves after data-aviso seconds, not while the hand or the
// focus is on them; at most two stand.
import { on } from './dom.js'

const most = 2

function schedule(toast) {
  if (toast.dataset.visto) return
  toast.dataset.visto = 'si'
  let timer = 0
  const start = () => { timer = setTimeout(() => toast.remove(), Number(toast.dataset.aviso) * 1000) }
  const stop = () => clearTimeout(timer)
  for (const event of ['pointerenter', 'focusin']) toast.addEventListener(event, stop)
  for (const event of ['pointerleave', 'focusout']) toast.addEventListener(event, () => { stop(); start() })
  start()
}

function tidy() {
  const standing = [...document.querySelectorAll('#avisos > [data-aviso]')]
  standing.slice(0, -most).forEach((t) => t.remove())
  standing.slice(-most).forEach(schedule)
  standing.slice(0, -1).forEach((t) => t.querySelector('[data-key="ctrl+z"]')?.removeAttribute('data-key')) // Ctrl Z means the last
}

new MutationObserver(tidy).observe(document.body, { childList: true, subtree: true })
tidy()

on('click', '[data-cerrar-aviso]', (el) => el.closest('[data-aviso]')?.remove())
document.addEventListener('htmx:afterRequest', (e) => {
  if (e.detail.successful) e.target.closest?.('[data-aviso]')?.remove() // undone: the word is no longer true
})
