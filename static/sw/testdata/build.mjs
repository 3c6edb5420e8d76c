// Builds the trial's files into the folder given: the real worker with the stand-in for the app.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'
import { farewell, targets, worker } from '../../build-worker.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const out = process.argv[2]
const page = await esbuild.build({ entryPoints: [join(here, 'page.js')], bundle: true, write: false, format: 'iife', target: targets, nodePaths: [join(here, '../../node_modules')] })
const files = {
  'page.js': Buffer.from(page.outputFiles[0].text),
  'wasm_exec.js': readFileSync(join(here, 'go.js')),
  'cie10.txt': Buffer.from('of the shell'),
  'app.wasm': Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]),
}
const assets = {}
for (const [name, data] of Object.entries(files)) {
  writeFileSync(join(out, name), data)
  assets[name] = { url: '/static/' + name, sha256: createHash('sha256').update(data).digest('base64') }
}
writeFileSync(join(out, 'sw.js'), await worker(assets))
writeFileSync(join(out, 'sw-2.js'), await worker({ ...assets, again: { ...assets['app.wasm'], url: '/static/2/app.wasm' } })) // the same, as a later version
writeFileSync(join(out, 'sw-broken.js'), await worker({ ...assets, lost: { url: '/static/lost.js', sha256: 'x' } }))
writeFileSync(join(out, 'sw-off.js'), await farewell())
