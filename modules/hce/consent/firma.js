// The pad for a signature: lines drawn with finger, pen or mouse stand in a hidden field as whole numbers, which the form
// sends and draws again. Nothing is drawn with the keyboard: beside the pad there are two other ways to sign.
import { on } from '../../../static/js/dom.js'

const near = 4 // units of the pad: a point closer than that says nothing new
const most = 7000 // points

let line = null // the stroke that is being drawn: { pad, strokes, points }

const fieldOf = (pad) => pad.querySelector('[data-firma-campo]')

function strokesOf(pad) {
  try { return JSON.parse(fieldOf(pad).value || '[]') } catch { return [] }
}

function draw(pad, strokes) {
  const path = strokes.map((s) => {
    let d = ''
    for (let i = 0; i < s.length; i += 2) d += `${i ? 'L' : 'M'}${s[i]} ${s[i + 1]}`
    return s.length === 2 ? d + 'h1' : d
  }).join('')
  pad.querySelector('[data-firma-trazo]').setAttribute('d', path)
}

// place is where a pointer is, in units of the pad.
function place(svg, e) {
  const at = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse())
  const within = (n, end) => Math.min(end, Math.max(0, Math.round(n)))
  return [within(at.x, 1000), within(at.y, 300)]
}

on('pointerdown', '[data-firma-lienzo]', (svg, e) => {
  if (e.button !== 0 || line) return
  e.preventDefault()
  svg.setPointerCapture(e.pointerId)
  const pad = svg.closest('[data-firma]')
  line = { pad, svg, id: e.pointerId, strokes: strokesOf(pad), points: place(svg, e) }
  line.strokes.push(line.points)
  draw(pad, line.strokes)
})

on('pointermove', '[data-firma-lienzo]', (svg, e) => {
  if (!line || e.pointerId !== line.id) return
  const all = e.getCoalescedEvents?.() ?? []
  for (const one of all.length ? all : [e]) add(place(svg, one))
  draw(line.pad, line.strokes)
})

function add([x, y]) {
  const { points, strokes } = line
  const [px, py] = points.slice(-2)
  if (Math.hypot(x - px, y - py) < near || strokes.reduce((n, s) => n + s.length / 2, 0) > most) return
  points.push(x, y)
}

for (const end of ['pointerup', 'pointercancel']) on(end, '[data-firma-lienzo]', (_, e) => {
  if (!line || e.pointerId !== line.id) return
  const field = fieldOf(line.pad)
  field.value = JSON.stringify(line.strokes)
  field.dispatchEvent(new Event('change', { bubbles: true }))
  line.svg.removeAttribute('data-mal')
  line.pad.querySelector('[role=alert]')?.remove() // said what is no longer so
  line = null
})

on('click', '[data-firma-borrar]', (button) => {
  const pad = button.closest('[data-firma]')
  fieldOf(pad).value = ''
  draw(pad, [])
})

// A page that comes back keeps what its field holds.
window.addEventListener('pageshow', () => document.querySelectorAll('[data-firma]').forEach((pad) => draw(pad, strokesOf(pad))))
