// Stands in for the app in the browser: the same functions as Go offers, and a page that shows what happened.
const started = (self.started = (self.started ?? 0) + 1)
const text = new TextEncoder(), read = new TextDecoder()
const reply = (status, body, headers = []) => ({ status, headers: [['Content-Type', 'text/html; charset=utf-8'], ...headers], body: body === null ? null : text.encode(body) })
const page = (id, words) => `<!doctype html><html lang="es"><head><title>equipo</title><meta name="hampi-sw" content="/sw.js"><script src="/static/page.js" defer></script></head><body><p id="${id}">${words}</p></body></html>`
const bytes = (list) => (list ?? []).map((entry) => entry.map((v, i) => (i === entry.length - 1 ? text.encode(v) : v)))
const plain = (v) => (v instanceof Uint8Array ? read.decode(v) : Array.isArray(v) ? v.map(plain) : v)

self.Go = class {
  importObject = {}
  exited = false
  count = (self.instances = (self.instances ?? 0) + 1)

  run() {
    self.hampiCan = (method, url) => !new URL(url).pathname.startsWith('/solo-red')
    self.hampiSync = () => this.sync()
    self.hampiAnswer = (method, url, headers, body) => this.answer(method, new URL(url), headers, body)
    setTimeout(() => self.hampiReady())
    return new Promise((resolve) => { this.end = resolve })
  }

  async sync() {
    const waiting = await hampiStore.queue(['pending', 'inflight'])
    const { status } = await hampiPost('/api/v1/sync', [['Content-Type', 'text/plain']], text.encode(String(waiting.length)))
    if (status === 410) return { revoked: true }
    if (status !== 200) return { retry_after: 1 }
    await hampiStore.commit({ queue: waiting.map(([n, , value]) => [n, 'done', value]) })
    return { more: false, progress: { done: 1, total: 1 } }
  }

  async answer(method, url, headers, body) {
    const form = new URLSearchParams(body ? read.decode(body) : '')
    switch (url.pathname) {
      case '/tienda': return this.store(JSON.parse(read.decode(body)))
      case '/morir': this.end(); return new Promise(() => {})
      case '/romper': Promise.reject(new RangeError('Maximum call stack size exceeded')); return new Promise(() => {})
      case '/cuantos': return reply(200, String(this.count))
      case '/espera': // for as long as the device is open
        if (await hampiStore.meta('nada').catch(() => 'locked')) return reply(200, 'bloqueado')
        self.waits = (self.waits ?? 0) + 1
        return new Promise(() => {})
      case '/esperan': return reply(200, String(self.waits ?? 0))
      case '/no-esta': return reply(404, '', [['X-Hampi-Cannot', '1']])
    }
    if (url.pathname.endsWith('/correccion')) {
      await hampiStore.commit({ put: [['corregido', url.pathname.split('/')[3], '', '', text.encode('x')]] })
      return reply(204, null)
    }
    try {
      if (method === 'POST') {
        await hampiStore.commit({ put: [['patient', form.get('op_id'), '', '', text.encode(form.get('nombre'))]], queue: [[0, 'pending', text.encode(form.get('op_id'))]], strict: true })
        return reply(303, null, [['Location', '/lista']])
      }
      const rows = await hampiStore.byKey('patient', '', '\uffff')
      return reply(200, page('equipo', rows.map((r) => read.decode(r[3])).join(', ')))
    } catch (error) {
      if (error.name !== 'locked') throw error
      return reply(200, page('bloqueado', 'Escriba su contraseña'))
    }
  }

  async store({ call, args }) {
    if (call === 'tabla') {
      const { version, body } = await hampiTable(...args)
      return reply(200, JSON.stringify([version, body && read.decode(body)]))
    }
    try {
      if (call === 'commit') args[0] = { ...args[0], put: bytes(args[0].put), queue: bytes(args[0].queue) }
      const value = await hampiStore[call](...args)
      return reply(200, JSON.stringify(plain(value) ?? null))
    } catch (error) {
      return reply(409, JSON.stringify({ name: error.name, message: error.message }))
    }
  }
}
