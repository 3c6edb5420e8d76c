// The main journey without internet in Firefox: sign in, have everything on the device, stop the server, close and open
// the browser's page, find a patient, register another, start the server and see her arrive. Run by `make test-long`;
// without Firefox it says so and ends well.
import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const built = process.env.HAMPI_TEST_PROGRAM || join(root, 'bin/hampi')
const executablePath = firefox()
if (!executablePath) {
  console.log('Firefox is missing: its journey is skipped (Debian: apt-get install firefox-esr).')
  process.exit(0)
}
const { default: puppeteer } = await import(pathToFileURL(join(root, 'static/node_modules/puppeteer-core/lib/puppeteer/puppeteer-core.js')))

const limit = 60_000, often = 200 // ms
const person = { email: 'recepcion@demo.pe', password: 'Hampi-demo-2026' }
const secret = Buffer.from('48656c6c6f21deadbeef', 'hex') // JBSWY3DPEHPK3PXP of the demonstration, as bytes
const shots = join(root, 'tests/tmp')

function firefox() {
  const places = ['firefox-esr', 'firefox'].flatMap((name) => process.env.PATH.split(delimiter).map((p) => join(p, name)))
  return [...places, '/Applications/Firefox.app/Contents/MacOS/firefox'].find(existsSync)
}

// Program is bin/hampi with the demonstration in a folder of its own, which stays when it is stopped.
class Program {
  constructor(dataDir) { this.dataDir = dataDir; this.address = '127.0.0.1:0' }

  async start() {
    const env = { ...process.env, HAMPI_ENV: 'demo', HAMPI_DATA_DIR: this.dataDir, HAMPI_ADDR: this.address, HAMPI_LOG_LEVEL: 'error', HAMPI_RATE_LIMIT: '100000', HAMPI_RATE_LIMIT_ANON: '100000' }
    this.process = spawn(built, ['serve'], { env, cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
    this.ended = new Promise((done) => this.process.on('exit', done))
    this.url = await new Promise((found, failed) => {
      this.process.stdout.on('data', (text) => {
        const line = /Hampi answers at (\S+)/.exec(text)
        if (line) found(line[1])
      })
      this.ended.then((code) => failed(new Error(`${built} ended with ${code}`)))
    })
    this.address = new URL(this.url).host
    await until('the program to be ready', async () => (await fetch(this.url + '/readyz').catch(() => ({}))).ok)
  }

  async stop() {
    this.process.kill('SIGINT')
    await this.ended
  }
}

// until asks again and again until the answer is yes, and gives it.
async function until(what, ask) {
  const end = Date.now() + limit
  for (;;) {
    const answer = await ask().catch(() => null) // between two pages there is no answer
    if (answer) return answer
    if (Date.now() > end) throw new Error('waited in vain for ' + what)
    await new Promise((next) => setTimeout(next, often))
  }
}

// code is what the application of codes shows, steps of 30 s from now.
function code(steps = 0) {
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps))
  const sum = createHmac('sha1', secret).update(step).digest()
  return String((sum.readUInt32BE(sum.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

const says = (page, selector, text) => until(`«${text}» in ${selector} at ${page.url()}`, () => page.evaluate(
  (s, t) => [...document.querySelectorAll(s)].some((el) => el.checkVisibility() && el.innerText.replace(/\s+/g, ' ').includes(t)), selector, text))

// press takes what says exactly that, and else what says it among other words.
const press = (page, selector, text) => until(`«${text}» to press`, () => page.evaluate((s, t) => {
  const seen = [...document.querySelectorAll(s)].filter((e) => e.checkVisibility())
  const el = seen.find((e) => e.innerText.trim() === t) ?? seen.find((e) => e.innerText.includes(t))
  el?.click()
  return Boolean(el)
}, selector, text))

async function fill(page, selector, text) {
  await until(selector, () => page.evaluate((s) => {
    const el = [...document.querySelectorAll(s)].find((e) => e.checkVisibility())
    el?.focus()
    el?.select?.()
    return Boolean(el)
  }, selector))
  await page.keyboard.type(text)
}

async function signIn(page, url, steps) {
  await page.goto(url + '/ingresar?otra=si')
  await fill(page, '#c-email', person.email)
  await fill(page, '#c-password', person.password)
  await press(page, 'button', 'Continuar')
  await says(page, 'h1', 'Código de verificación')
  await fill(page, '#c-code', code(steps))
  await until('being in', () => page.evaluate(() => !location.pathname.startsWith('/ingresar')))
}

// state asks the service worker how the device stands.
const state = (page, type = 'state') => page.evaluate((asked) => new Promise((answered) => {
  const worker = navigator.serviceWorker.controller
  if (!worker) return answered({})
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = ({ data }) => answered(data.value ?? {})
  setTimeout(answered, 10000, {})
  worker.postMessage({ type: asked }, [port2])
}), type)

const upToDate = (page) => until('the device to be up to date', async () => {
  const s = await state(page, 'sync')
  return s.key && s.online && s.pending === 0 && !s.more
})

async function register(page, url, someone) {
  await page.goto(url + '/pacientes/nuevo')
  for (const [name, value] of Object.entries(someone)) await fill(page, `[name=${name}]`, value)
  await press(page, 'label:has(input)', 'Femenino')
  await press(page, 'button[type=submit]', 'Registrar')
  await says(page, 'h2', someone.last_name)
}

async function find(page, words, listed) {
  await page.keyboard.press('/')
  await fill(page, '#buscador-q', words)
  await says(page, '#buscador-lista [data-fila]', listed)
  await page.keyboard.press('Escape')
}

const folder = mkdtempSync(join(tmpdir(), 'hampi-firefox-'))
const program = new Program(join(folder, 'data'))
await program.start()
const open = () => puppeteer.launch({ browser: 'firefox', executablePath, headless: true, userDataDir: join(folder, 'profile') })
let browser = await open()
let page = await browser.newPage()
let failure = null
try {
  console.log('Firefox:', await browser.version())
  await signIn(page, program.url, -1)
  await register(page, program.url, { document_number: '99330001', first_name: 'Mercedes', last_name: 'Conocida', second_last_name: 'Deantes', birth_date: '24011988', phone: '900330001' })
  await upToDate(page)
  console.log('signed in; the device is up to date')

  await program.stop()
  await page.goto(program.url + '/agenda')
  await says(page, '[data-red]', 'Sin conexión')
  console.log('the server is stopped; the agenda is drawn by the device')
  await browser.close()
  browser = await open()
  page = await browser.newPage()
  await page.goto(program.url + '/pacientes')
  await says(page, '#ingreso', 'Sin conexión: se abre lo guardado en este equipo.')
  await fill(page, '#c-password', person.password)
  await press(page, 'button[type=submit]', 'Abrir')
  await says(page, 'h1', 'Pacientes')
  console.log('closed, opened and unlocked without connection')
  await find(page, 'conocida merc', 'Conocida Deantes, Mercedes')
  await register(page, program.url, { document_number: '99330002', first_name: 'Luz', last_name: 'Sinlinea', second_last_name: 'Rojas', birth_date: '11031981', phone: '900330002' })
  await says(page, '[data-red]', '1 por enviar')
  console.log('found one patient and registered another')

  await program.start()
  await signIn(page, program.url, 0)
  await upToDate(page)
  const found = await page.evaluate(() => fetch('/api/v1/patients?q=sinlinea').then((r) => r.json()))
  if (found.items.length !== 1) throw new Error(`${found.items.length} patients arrived, not one`)
  await page.goto(program.url + '/sincronizacion')
  await says(page, '[data-red]', 'En línea')
  console.log('the server is back: she arrived, once')
} catch (error) {
  failure = error
  mkdirSync(shots, { recursive: true })
  await page.screenshot({ path: join(shots, 'falla-firefox.png') }).catch(() => {})
} finally {
  await browser.close().catch(() => {})
  await program.stop()
  rmSync(folder, { recursive: true, force: true })
}
if (failure) {
  console.error(failure)
  process.exit(1)
}
