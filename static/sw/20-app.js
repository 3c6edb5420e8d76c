// The app in the browser: Go as WebAssembly, started when it is first needed and anew after it died.
if (own('wasm_exec.js')) importScripts(own('wasm_exec.js').url) // only scripts imported at installation may be imported later

let running = null
let ready = null
const waiting = new Set()

const app = () => (running ??= start().catch((error) => { running = null; throw error }))

async function start() {
  const go = new Go()
  const module = await WebAssembly.compileStreaming(await fromShell(own('app.wasm').url))
  const instance = await WebAssembly.instantiate(module, go.importObject)
  const up = new Promise((resolve) => { ready = resolve })
  go.run(instance).then(died, died)
  await up
}

self.hampiReady = () => ready()

function died(reason) {
  running = null
  for (const reject of waiting) reject(reason || new Error('the app ended'))
  waiting.clear()
}

addEventListener('unhandledrejection', (event) => fatal(event.reason) && died(event.reason))
addEventListener('error', (event) => fatal(event.error) && died(event.error))
const fatal = (error) => error instanceof WebAssembly.RuntimeError || error instanceof RangeError

// ask lets the app answer a request; null when it has no such page.
async function ask(request, body) {
  await app()
  const answer = await new Promise((resolve, reject) => {
    waiting.add(reject)
    const timer = setTimeout(() => reject(new Error('the app does not answer')), 10_000)
    self.hampiAnswer(request.method, request.url, [...request.headers], body)
      .then(resolve, reject).finally(() => { clearTimeout(timer); waiting.delete(reject) })
  })
  const headers = new Headers(answer.headers)
  return headers.has('X-Hampi-Cannot') ? null : new Response(answer.body, { status: answer.status, headers })
}
