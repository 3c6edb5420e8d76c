// Files: sent as they are chosen, one after the other, each with its progress and an id of its own, so that sending
// one again adds nothing twice.
import { on } from './dom.js'
import { uuidv7 } from './ops.js'

const queue = []
let busy = false

on('change', '[data-subida] input[type=file]', (field) => {
  const form = field.form
  for (const file of field.files) queue.push(line(form, file))
  field.value = ''
  next()
})

// line shows a file that is to be sent.
function line(form, file) {
  const item = document.createElement('li')
  item.className = 'subida'
  const name = document.createElement('span')
  name.className = 'truncate'
  name.textContent = file.name
  const bar = document.createElement('progress')
  bar.max = 1
  bar.value = 0
  bar.setAttribute('aria-label', `Enviando ${file.name}`)
  item.append(name, bar)
  form.querySelector('[data-subidas]').append(item)
  return { form, file, item, bar, id: uuidv7() }
}

function next() {
  if (busy) return
  const one = queue.shift()
  if (!one) return
  if (one.file.size > Number(one.form.dataset.limite)) {
    refuse(one, 'Pesa más de 25 MB. Redúzcalo o divídalo en partes.')
    next()
    return
  }
  busy = true
  send(one)
}

function send(one) {
  const body = new FormData()
  body.append('id', one.id)
  const encounter = one.form.elements.atencion?.value
  if (encounter) body.append('atencion', encounter)
  body.append('archivo', one.file)
  const request = new XMLHttpRequest()
  request.open('POST', one.form.action)
  request.setRequestHeader('HX-Request', 'true')
  request.upload.addEventListener('progress', (e) => { if (e.lengthComputable) one.bar.value = e.loaded / e.total })
  request.addEventListener('loadend', () => {
    busy = false
    if (request.status === 201) done(one)
    else if (request.status === 401 || request.status === 423) retry(one, 'Ingrese otra vez para continuar.')
    else if (request.status >= 400 && request.status < 500) refuse(one, sentence(request.responseText))
    else retry(one, 'No se pudo enviar. Revise la conexión.')
    next()
  })
  request.send(body)
}

const sentence = (html) => new DOMParser().parseFromString(html, 'text/html').querySelector('[role=alert]')?.textContent.trim() ||
  'El archivo no se pudo guardar.'

// done lets the list be drawn again when the last one is there.
function done(one) {
  const region = document.getElementById(one.form.dataset.region)
  one.item.remove()
  if (queue.length > 0 || !region) return
  window.htmx.ajax('GET', region.dataset.fuente, { target: region, swap: 'outerHTML' })
}

function refuse(one, words) {
  one.bar.remove()
  const says = document.createElement('span')
  says.className = 'text-danger'
  says.textContent = words
  one.item.append(says)
}

function retry(one, words) {
  refuse(one, words)
  const again = document.createElement('button')
  again.type = 'button'
  again.className = 'btn'
  again.dataset.variant = 'outline'
  again.dataset.size = 'sm'
  again.textContent = 'Reintentar'
  again.addEventListener('click', () => {
    one.item.remove()
    queue.push({ ...line(one.form, one.file), id: one.id })
    next()
  })
  one.item.append(again)
}
