// Joins the service worker: static/sw and Dexie in one classic script, behind the list of what the shell keeps.
//
//   node build-worker.mjs assets.json     prints the worker for that list ({name: {url, sha256}})
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
export const targets = ['chrome111', 'firefox115', 'safari16.4']

// worker gives the text of sw.js for assets: logical name → {url, sha256}.
export async function worker(assets) {
  const built = await esbuild.build({
    entryPoints: [join(here, 'sw/main.js')], bundle: true, minify: true, write: false, format: 'iife', target: targets, legalComments: 'none', absWorkingDir: here,
  })
  const body = built.outputFiles[0].text
  const kept = Object.entries(assets).map(([name, { url, sha256 }]) => ({ name, url, sha256 }))
  const version = createHash('sha256').update(JSON.stringify(kept) + body).digest('hex').slice(0, 12)
  return `const VERSION=${JSON.stringify(version)},ASSETS=${JSON.stringify(kept)};\n${body}`
}

// farewell gives the worker that is served in its place to take every browser back to the network.
export async function farewell() {
  const built = await esbuild.transform(readFileSync(join(here, 'sw/farewell.js'), 'utf8'), { minify: true, target: targets })
  return built.code
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(await worker(JSON.parse(readFileSync(process.argv[2], 'utf8'))))
