// Builds static/dist: what browsers fetch, hashed, compressed, listed in assets.json.
// Nothing here is needed at run time. A second run without changes only compares
// a fingerprint of its inputs and ends; what is slow to compress is remembered.
//
//   node build.mjs            HAMPI_WASM=path adds the WebAssembly app (app.wasm, wasm_exec.js beside it or from Go)
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execFileSync } from 'node:child_process'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { promisify } from 'node:util'
import * as esbuild from 'esbuild'
import { basecoat, positions, sprite } from './build-parts.mjs'
import { farewell, targets, worker } from './build-worker.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const at = (...parts) => join(here, ...parts)
const dist = at('dist')
const sha = (data, encoding) => createHash('sha256').update(data).digest(encoding)
const wasm = process.env.HAMPI_WASM || (existsSync(at('dist-wasm/app.wasm')) ? at('dist-wasm/app.wasm') : '')

const diagnoses = at('../modules/catalog/codes/cie10.txt')

const isModuleScript = (name) => name.endsWith('.js') && !name.includes('.test.') && !name.includes('testdata')
const cache = at('node_modules/.cache/hampi')
mkdirSync(cache, { recursive: true })

const fingerprint = fingerprintOfInputs()
if (upToDate()) process.exit(0)

const started = Date.now()
const assets = {} // logical name → {url, sha256}
const outputs = [] // {name, data, text}
const written = new Set()
const remembered = new Set() // hashes of this build's files, as the cache names them

const font = emit('inter.woff2', readFileSync(at('node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2')))
emit('icons.svg', sprite(at('node_modules/lucide-static/icons'), JSON.parse(readFileSync(at('icons.json'))), at('img')))
for (const name of readdirSync(at('img')).filter((n) => /\.(png|ico)$/.test(n) || /^(favicon|icono)\.svg$/.test(n)).sort())
  emit(name, readFileSync(at('img', name)))
if (existsSync(at('img/manifest.webmanifest')))
  emit('manifest.webmanifest', readFileSync(at('img/manifest.webmanifest'), 'utf8').replace(/@([\w.-]+)@/g, (_, n) => assets[n].url))

emit('app.css', css(font))
emit('app.js', await script(['./js/app.js', ...ofModules()]))
emit('tema.js', await script(['./js/tema.js']))
const pages = { ...assets }

if (wasm) {
  emit('app.wasm', readFileSync(wasm))
  emit('wasm_exec.js', readFileSync(wasmExec()))
}
// The table of diagnoses: the app in the browser searches it, and no page asks for it.
if (existsSync(diagnoses)) emit('cie10.txt', readFileSync(diagnoses))
outputs.push({ name: 'sw.js', data: Buffer.from(await worker(assets)), text: true }, { name: 'sw-off.js', data: Buffer.from(await farewell()), text: true })
// The API's browsable description: only that page asks for it, so it stays out of the offline shell.
const swagger = (name) => readFileSync(at('node_modules/swagger-ui-dist', name))
emit('swagger-ui.css', swagger('swagger-ui.css'))
emit('swagger-ui.js', swagger('swagger-ui-bundle.js'))
emit('api-docs.js', await script(['./js/api-docs.js']))

mkdirSync(join(dist, 'meta'), { recursive: true })
const sizes = await write()
const list = (entries) => JSON.stringify(entries, null, 1) + '\n'
put('assets.json', list(assets))
put('meta/assets.json', list(pages)) // embedded in the WebAssembly app, which cannot hold its own hash
removeStale()
writeFileSync(join(cache, 'last.json'), JSON.stringify({ fingerprint, files: [...written] }))
report(sizes)

// emit keeps a file under its hashed name and answers that address.
function emit(logical, data) {
  const buffer = Buffer.isBuffer(data) ? data : Buffer.from(data)
  const dot = logical.lastIndexOf('.')
  const name = `${logical.slice(0, dot)}.${sha(buffer, 'hex').slice(0, 10)}${logical.slice(dot)}`
  outputs.push({ name, data: buffer, text: !/\.(woff2|png|ico)$/.test(name) })
  assets[logical] = { url: '/static/' + name, sha256: sha(buffer, 'base64') }
  return assets[logical].url
}

function css(fontURL) {
  generate('css/basecoat.gen.css', basecoat(at('node_modules/basecoat-css/dist')))
  generate('css/posiciones.gen.css', positions())
  const dir = mkdtempSync(join(tmpdir(), 'hampi-css-'))
  const out = join(dir, 'app.css')
  execFileSync(process.execPath, [at('node_modules/@tailwindcss/cli/dist/index.mjs'), '-i', at('css/app.css'), '-o', out, '--minify'], { cwd: here, stdio: ['ignore', 'ignore', 'inherit'] })
  const text = readFileSync(out, 'utf8').replace(/url\(["']?(\.\/)?inter\.woff2["']?\)/, `url(${fontURL})`)
  rmSync(dir, { recursive: true })
  return text
}

function generate(name, text) {
  if (!existsSync(at(name)) || readFileSync(at(name), 'utf8') !== text) writeFileSync(at(name), text)
}

// ofModules are the scripts modules keep beside their views: modules/agenda/grid.js.
function ofModules() {
  return readdirSync(at('../modules'), { recursive: true }).filter(isModuleScript).sort().map((file) => '../modules/' + file)
}

async function script(entries) {
  const result = await esbuild.build({
    stdin: { contents: entries.map((file) => `import ${JSON.stringify(file)}`).join('\n'), resolveDir: here }, nodePaths: [at('node_modules')], bundle: true, minify: true, write: false, format: 'iife', target: targets, legalComments: 'none', absWorkingDir: here,
  })
  return result.outputFiles[0].text
}

function wasmExec() {
  const beside = join(dirname(wasm), 'wasm_exec.js')
  if (existsSync(beside)) return beside
  return join(execFileSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).trim(), 'lib/wasm/wasm_exec.js')
}

// write puts every file down with its .br and .gz beside it.
async function write() {
  return Promise.all(outputs.map(async ({ name, data, text }) => {
    put(name, data)
    if (!text) return { name, raw: data.length, br: data.length }
    const { br, gz } = await compressed(data)
    put(name + '.br', br)
    put(name + '.gz', gz)
    return { name, raw: data.length, br: br.length }
  }))
}

// put replaces a file in one step, so that nobody reads half of it.
function put(name, data) {
  written.add(name)
  const temporary = join(dist, `.${name.replaceAll('/', '-')}.${process.pid}`)
  writeFileSync(temporary, data)
  renameSync(temporary, join(dist, name))
}

// compressed remembers large files: the WebAssembly app takes brotli 20 seconds.
async function compressed(data) {
  const hash = sha(data, 'hex'), kept = join(cache, hash)
  remembered.add(hash)
  if (existsSync(kept + '.br') && existsSync(kept + '.gz')) return { br: readFileSync(kept + '.br'), gz: readFileSync(kept + '.gz') }
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(data, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: data.length } }),
    promisify(gzip)(data, { level: 9 }),
  ])
  if (data.length > 500_000) {
    writeFileSync(kept + '.br', br)
    writeFileSync(kept + '.gz', gz)
  }
  return { br, gz }
}

function removeStale() {
  for (const old of readdirSync(cache)) if (/\.(br|gz)$/.test(old) && !remembered.has(old.slice(0, -3))) rmSync(join(cache, old))
  for (const name of readdirSync(dist)) if (!written.has(name) && name !== '.gitkeep' && name !== 'meta') rmSync(join(dist, name), { recursive: true, force: true })
}

function upToDate() {
  try {
    const last = JSON.parse(readFileSync(join(cache, 'last.json'), 'utf8'))
    return last.fingerprint === fingerprint && last.files.every((name) => existsSync(join(dist, name)))
  } catch {
    return false
  }
}

// fingerprintOfInputs covers everything the output depends on.
function fingerprintOfInputs() {
  const files = [at('build.mjs'), at('build-parts.mjs'), at('build-worker.mjs'), at('package-lock.json'), at('icons.json')]
  const walk = (dir, wanted) => {
    if (!existsSync(dir)) return
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      const path = join(dir, entry.name)
      if (entry.isDirectory()) walk(path, wanted)
      else if (wanted(entry.name)) files.push(path)
    }
  }
  walk(at('css'), (n) => !n.includes('.gen.'))
  for (const dir of ['js', 'sw', 'img']) walk(at(dir), (n) => !n.includes('.test.'))
  walk(at('../views'), (n) => n.endsWith('.templ') || (n.endsWith('.go') && !/_(templ|test)\.go$/.test(n)))
  walk(at('../modules'), (n) => n.endsWith('.templ') || isModuleScript(n))
  for (const made of [wasm, diagnoses]) if (existsSync(made)) files.push(made)
  const hash = createHash('sha256')
  for (const file of files.sort()) hash.update(relative(here, file) + '\0' + sha(readFileSync(file), 'hex') + '\n')
  return hash.digest('hex')
}

function report(sizes) {
  const kB = (n) => (n / 1000).toFixed(1).padStart(7) + ' kB'
  for (const s of sizes) console.log(kB(s.br), s.name)
  const first = sizes.filter((s) => /^(app|tema)\..*(css|js)$/.test(s.name)).reduce((sum, s) => sum + s.br, 0)
  console.log(`${kB(first)} of script and style on first load (limit 60), built in ${Date.now() - started} ms`)
  if (first > 60000) { console.error('static: more than 60 kB on first load'); process.exit(1) }
}
