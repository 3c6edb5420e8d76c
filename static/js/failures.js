// A request that found no answer, or a bad one: said in words beside what was
// tried, never as a toast that goes away, and nothing typed is lost.

document.addEventListener('htmx:sendError', (e) => tell(e, 'Sin conexión con la clínica. Lo escrito sigue aquí; intente otra vez cuando vuelva.'))
document.addEventListener('htmx:timeout', (e) => tell(e, 'La clínica tarda en contestar. Lo escrito sigue aquí; intente otra vez.'))
document.addEventListener('htmx:responseError', (e) => {
  const status = e.detail.xhr.status
  if (status === 423 || (status === 401 && e.detail.xhr.getResponseHeader('HX-Redirect'))) return
  tell(e, words(status) + code(e.detail.xhr))
})
document.addEventListener('htmx:afterRequest', (e) => { if (e.detail.successful) clear(e.target) })

function words(status) {
  if (status === 404 || status === 403) return 'Esto no existe o no está disponible para su cuenta.'
  if (status === 429) return 'Demasiadas solicitudes seguidas. Espere un momento e intente otra vez.'
  if (status === 413) return 'Lo enviado es demasiado grande.'
  if (status === 401) return 'Su sesión terminó. Ingrese otra vez en otra pestaña y repita; lo escrito sigue aquí.'
  return 'No se pudo completar. Lo escrito sigue aquí; intente otra vez.'
}

function code(xhr) {
  const id = xhr.getResponseHeader('X-Request-Id')
  return xhr.status >= 500 && id ? ` Código ${id.replaceAll('-', '').slice(-4).toUpperCase()}` : ''
}

// tell puts the words at the top of the form's footer, or of the region asked for.
function tell(e, text) {
  const { headers, verb } = e.detail.requestConfig ?? {}
  if (headers?.['X-Vivo'] || (headers?.['X-Equipo'] && verb === 'get')) return // news can wait four seconds; a device that keeps nothing is no failure
  const place = e.target instanceof Element ? e.target.closest('form') ?? document.getElementById('contenido') : null
  if (!place) return
  clear(e.target)
  const line = Object.assign(document.createElement('p'), { className: 'errores m-3', textContent: text })
  line.setAttribute('role', 'alert')
  line.dataset.falla = ''
  const foot = place.querySelector('.marco-pie, .pie-accion')
  foot ? foot.before(line) : place.matches('form') ? place.append(line) : place.prepend(line)
}

function clear(el) {
  const place = el instanceof Element ? el.closest('form') ?? document.getElementById('contenido') : null
  place?.querySelectorAll('[data-falla]').forEach((line) => line.remove())
}
