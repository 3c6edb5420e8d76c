// Live regions: an element with data-vivo="url" asks for news every 4 s while the
// tab is seen. A 204 leaves it alone; news replaces it (or its inside, with
// data-vivo-swap="innerHTML"). Nothing is asked while the hand drags or types inside it.
import htmx from 'htmx.org/dist/htmx.esm.js'
import { typing } from './dom.js'
import { locked } from './lock.js'

const every = 4000
const asking = new WeakSet()

function ask(region) {
  if (asking.has(region) || busy(region)) return
  asking.add(region)
  htmx.ajax('GET', region.dataset.vivo, {
    source: region, target: region, swap: region.dataset.vivoSwap || 'outerHTML', headers: { 'X-Vivo': '1' },
  }).catch(() => {}).finally(() => asking.delete(region))
}

const busy = (region) => region.matches('[data-arrastrando]') || region.querySelector('[data-arrastrando]') !== null ||
  (region.contains(document.activeElement) && typing(document.activeElement))

function askAll() {
  if (document.hidden || locked()) return
  document.querySelectorAll('[data-vivo]').forEach(ask)
}

setInterval(askAll, every)
document.addEventListener('visibilitychange', askAll)

// A swap in a live region keeps the focus (by id) and where it was scrolled to.
let kept = null
document.addEventListener('htmx:beforeSwap', (e) => {
  const region = e.detail.target
  if (!region?.matches?.('[data-vivo]') || e.detail.xhr.status === 204) return
  if (e.detail.requestConfig.headers['X-Vivo'] && region.querySelector('.htmx-request')) { // news wait for what is on its way
    e.detail.shouldSwap = false
    return
  }
  const focus = document.activeElement
  kept = { focus: region.contains(focus) ? focus.id : '', scroll: [...region.querySelectorAll('[id]')].filter((el) => el.scrollTop || el.scrollLeft).map((el) => [el.id, el.scrollTop, el.scrollLeft]) }
})
document.addEventListener('htmx:afterSwap', () => {
  if (!kept) return
  const was = kept
  kept = null
  for (const [id, top, left] of was.scroll) document.getElementById(id)?.scrollTo(left, top)
  if (was.focus && document.activeElement === document.body) document.getElementById(was.focus)?.focus({ preventScroll: true })
})
