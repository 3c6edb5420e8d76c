// What is always answered on the device: requests that say so (X-Equipo), and addresses that a page named.
import { recall, remember } from './network.js'

let paths = null

// setPaths keeps the addresses whose page is about this device.
export async function setPaths(list) {
  paths = list.filter((path) => typeof path === 'string' && path.startsWith('/'))
  await remember('lugares', paths)
}

export async function onDevice(request, url) {
  if (request.headers.has('X-Equipo')) return true
  paths ??= (await recall('lugares')) ?? []
  return paths.some((path) => url.pathname === path || url.pathname.startsWith(path + '/'))
}
