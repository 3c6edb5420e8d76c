// Which requests are ours, and who answers them: the network, and the app in the browser when the network does not.
import { isAsset, kept } from './shell.js'
import * as app from './app.js'
import * as keys from './key.js'
import * as net from './network.js'
import * as profiles from './profiles.js'
import * as sync from './sync.js'
import { onDevice } from './places.js'

const reading = 2_000 // ms until a silent server counts as absent
const writing = (size) => 8_000 + size / 50
const session = /^\/(ingresar|salir)(\/|$)/ // who is signed in is the server's to say
const reads = (request) => request.method === 'GET' || request.method === 'HEAD'

addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (url.origin !== location.origin || networkOnly(request, url)) return
  if (isAsset(url.pathname)) return event.respondWith(kept(request))
  const page = request.mode === 'navigate'
  // A form posted by another site goes out as what it is; sent on from here it would look like one of ours.
  if (page && !reads(request) && !request.referrer.startsWith(location.origin + '/')) return
  event.respondWith(answer(event, request, url, page))
})

const networkOnly = (request, url) => url.pathname.startsWith('/api/') || url.pathname === '/sw.js' || request.cache === 'only-if-cached' ||
  (request.headers.get('Accept') ?? '').includes('text/event-stream') ||
  (isAsset(url.pathname) ? request.method !== 'GET' : request.mode === 'no-cors')

async function answer(event, request, url, page) {
  if (page) await keys.fromPages() // before anything else: the page that is being left still has it
  if (session.test(url.pathname) && !reads(request)) return fetch(request)
  const body = reads(request) ? null : new Uint8Array(await request.clone().arrayBuffer())
  const question = { method: request.method, url: request.url, headers: [...request.headers], body }
  const here = async () => {
    const response = await local(event, question)
    if (response && !reads(request)) event.waitUntil(sync.run())
    return response
  }
  if (await onDevice(request, url)) {
    if (await keys.fromPages()) return (await here()) ?? fetch(request)
    if (!page) return new Response(null, { status: 204, headers: { 'X-Hampi-Equipo': '1' } }) // nothing to show while locked
  }
  if (await net.offline()) {
    event.waitUntil(net.probe())
    const response = (await app.can(request.method, request.url)) && (await here())
    if (response) return response
  }
  const done = async (response) => {
    await putRight(response, request, body)
    await copy(response, question)
  }
  return race(event, request, { page, patience: await patience(request, url, body), here, done })
}

// patience: where nobody has a store there is nothing to open, and the page that signs in is worth waiting for.
async function patience(request, url, body) {
  if (body && !asks(body)) return writing(body.length)
  return session.test(url.pathname) && !(await profiles.all()).length ? writing(0) : reading
}

// asks tells a search, which goes by POST so that no address names anybody, from a write: every write has its op_id.
const asks = (body) => body.length < 4096 && !new TextDecoder().decode(body).includes('op_id')

// race lets the network answer unless it fails, or stays silent over something that the app can answer.
async function race(event, request, { page, patience, here, done }) {
  const control = new AbortController()
  request.signal.addEventListener('abort', () => control.abort(request.signal.reason))
  const network = page ? fetch(request) : fetch(request, { signal: control.signal }) // a navigation must go out untouched
  const able = app.can(request.method, request.url)
  const response = await Promise.race([network.then((r) => (net.absent(r) ? null : r), () => null), silence(patience, able)])
  if (response) {
    if (net.ours(response)) event.waitUntil(net.reached())
    if (response.status === 401 && request.headers.has('X-Guarda') && (await able) && (await keys.fromPages())) { // the log-in ended: kept here until the next
      const mine = await here()
      if (mine?.ok) return mine
    }
    if (!reads(request)) event.waitUntil(done(response).then(() => sync.run()))
    return response
  }
  if (request.signal.aborted) return network
  if (!(await able)) return page && reads(request) ? network.catch(async () => (await here()) ?? Response.error()) : network // in our words
  event.waitUntil(net.unreached())
  const mine = await here()
  if (!mine) return network
  control.abort()
  network.catch(() => {})
  return mine
}

// putRight lets the device go of the refused operation that a form has put right which the server has just taken.
async function putRight(response, request, body) {
  if (!response.ok || !(request.headers.get('Content-Type') ?? '').startsWith('application/x-www-form-urlencoded')) return
  const refused = new URLSearchParams(new TextDecoder().decode(body)).get('corrige')
  if (!refused || !(await keys.fromPages())) return
  const url = new URL(`/sincronizacion/equipo/${encodeURIComponent(refused)}/correccion`, location.origin).href
  await app.answer({ method: 'POST', url, headers: [], body: null }).catch(() => {}) // it stays listed: a person may discard it
}

// copy hands what the server has just kept to the app, where the server asks for it: the device goes on from there when
// the line goes.
async function copy(response, question) {
  const edition = response.headers.get('X-Hampi-Copia')
  if (!edition || !(await keys.fromPages())) return
  await app.answer({ ...question, headers: [...question.headers, ['X-Hampi-Copia', edition]] }).catch(() => {}) // the page has it, and sends it again
}

// silence ends with null after ms, or never where the app could not answer either.
const silence = (ms, able) => new Promise((resolve) => {
  setTimeout(async () => { if (await able) resolve(null) }, ms)
})

// local asks the app; when it died on the way the person may try again, and it starts anew.
async function local(event, question) {
  try {
    await keys.fromPages()
    return await app.answer(question)
  } catch (error) {
    console.error('the app in the browser failed:', error?.name)
    return new Response(`No se pudo abrir en este equipo. Nada se perdió: intente otra vez. Código ${error?.name ?? 'Error'}`, {
      status: 503, headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', 'X-Hampi-Equipo': '1' },
    })
  }
}
