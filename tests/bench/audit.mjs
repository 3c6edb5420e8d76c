// Lighthouse over the built program in its demonstration: entry, agenda and patient page, as a desktop and as a phone.
// Exits 1 when a score is below 95. Run by `make audit`, which installs Lighthouse beside the front-end packages.
import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const packages = process.env.AUDIT_PACKAGES || join(root, 'static/node_modules')
const load = (path) => import(pathToFileURL(join(packages, path)))
const { default: lighthouse } = await load('lighthouse/core/index.js')
const { default: desktop } = await load('lighthouse/core/config/desktop-config.js')
const { launch } = await load('chrome-launcher/dist/index.js')

const least = 95
const categories = ['performance', 'accessibility', 'best-practices']
const person = { email: 'recepcion@demo.pe', password: 'Hampi-demo-2026' }
const secret = Buffer.from('48656c6c6f21deadbeef', 'hex') // JBSWY3DPEHPK3PXP of the demonstration, as bytes
const reports = join(root, 'tests/tmp/lighthouse')
mkdirSync(reports, { recursive: true })

// chromium finds the browser by the names it goes by.
function chromium() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
  const places = names.flatMap((n) => process.env.PATH.split(delimiter).map((p) => join(p, n)))
  return [...places, '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'].find(existsSync)
}

// start runs the demonstration in a new data folder and resolves with its address.
function start(dataDir) {
  const env = { ...process.env, HAMPI_ENV: 'demo', HAMPI_DATA_DIR: dataDir, HAMPI_ADDR: '127.0.0.1:0', HAMPI_LOG_LEVEL: 'error', HAMPI_RATE_LIMIT: '100000', HAMPI_RATE_LIMIT_ANON: '100000' }
  const program = spawn(join(root, 'bin/hampi'), ['serve'], { env, cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const address = new Promise((found, failed) => {
    program.stdout.on('data', (text) => {
      const line = /Hampi answers at (\S+)/.exec(text)
      if (line) found(line[1])
    })
    program.on('exit', (code) => failed(new Error(`bin/hampi ended with ${code}`)))
  })
  return { program, address }
}

// code is what the application of codes shows now.
function code() {
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)))
  const sum = createHmac('sha1', secret).update(step).digest()
  return String((sum.readUInt32BE(sum.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

// signIn goes through both steps and returns the cookies of the log-in.
async function signIn(address) {
  const jar = new Map()
  for (const [path, form] of [['/ingresar', person], ['/ingresar/codigo', { code: code() }]]) {
    const headers = { Cookie: [...jar].map((c) => c.join('=')).join('; ') }
    const answer = await fetch(address + path, { method: 'POST', body: new URLSearchParams(form), headers, redirect: 'manual' })
    for (const cookie of answer.headers.getSetCookie()) jar.set(...cookie.split(';')[0].split(/=(.*)/s).slice(0, 2))
    if (answer.status === 303) return [...jar].map((c) => c.join('=')).join('; ')
  }
  throw new Error(person.email + ' is not let in')
}

async function firstPatient(address, cookies) {
  const list = await (await fetch(address + '/pacientes', { headers: { Cookie: cookies } })).text()
  return /\/pacientes\/[0-9a-f]{8}-[0-9a-f-]{27}/.exec(list)[0]
}

// named lists what cost points, so that it can be mended.
function named(result, category) {
  return result.categories[category].auditRefs
    .filter((ref) => ref.weight > 0 && result.audits[ref.id].score !== null && result.audits[ref.id].score < 0.9)
    .map((ref) => `    ${category}: ${result.audits[ref.id].title} ${result.audits[ref.id].displayValue ?? ''} (${ref.id})`)
}

// measure takes a page's scores. A browser that failed to record (a runtimeError, no score at all) is asked once more.
async function measure(...page) {
  const result = await record(...page)
  return result.runtimeError ? record(...page) : result
}

async function record(url, extraHeaders, config, name) {
  const chrome = await launch({
    chromePath: chromium(),
    chromeFlags: ['--headless=new', '--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-dev-shm-usage', '--disable-gpu', '--lang=es-PE'],
  })
  try {
    const run = await lighthouse(url, { port: chrome.port, output: 'html', onlyCategories: categories, extraHeaders, logLevel: 'error' }, config)
    writeFileSync(join(reports, name + '.html'), run.report)
    return run.lhr
  } finally {
    await chrome.kill()
  }
}

const dataDir = mkdtempSync(join(tmpdir(), 'hampi-audit-'))
const { program, address: found } = start(dataDir)
let low = 0
try {
  const address = await found
  const cookies = { Cookie: await signIn(address) }
  const pages = { ingresar: ['/ingresar', {}], agenda: ['/agenda', cookies], paciente: [await firstPatient(address, cookies.Cookie), cookies] }
  for (const [form, config] of [['desktop', desktop], ['mobile', undefined]]) {
    for (const [name, [path, headers]] of Object.entries(pages)) {
      const result = await measure(address + path, headers, config, `${name}-${form}`)
      const scores = categories.map((c) => Math.round(100 * result.categories[c].score))
      const elsewhere = new URL(result.finalDisplayedUrl).pathname !== path
      const short = elsewhere || scores.some((s) => !(s >= least))
      low += short
      const metrics = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift'].map((m) => result.audits[m].displayValue).join(' · ')
      console.log(`${name.padEnd(10)} ${form.padEnd(8)} ${categories.map((c, i) => `${c} ${scores[i]}`).join('  ')}  ${metrics}${short ? '  BELOW ' + least : ''}`)
      if (elsewhere) console.log(`    it was ${result.finalDisplayedUrl} that was measured`)
      if (result.runtimeError) console.log('    ' + result.runtimeError.message)
      for (const c of categories) for (const line of named(result, c)) console.log(line)
    }
  }
} finally {
  program.removeAllListeners('exit')
  const ended = new Promise((done) => program.on('exit', done))
  program.kill('SIGINT')
  await ended
  rmSync(dataDir, { recursive: true, force: true })
}
process.exit(low ? 1 : 0)
