// The shell: hashed assets, kept under the version that named them. No page ever enters this cache.
/* global VERSION, ASSETS */
export const SHELL = 'shell-' + VERSION
export const version = VERSION
export const addresses = () => ASSETS
export const own = (name) => ASSETS.find((a) => a.name === name)

export const isAsset = (path) => path.startsWith('/static/')

// kept answers an asset from the shell: its name changes with its content.
export async function kept(request) {
  return (await caches.match(request, { ignoreVary: true })) || fetch(request)
}
