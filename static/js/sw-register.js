// Registers the service worker where the page asks for it. Everything works without, only not offline.
import { follow, withdrawn } from './update.js'

const address = document.querySelector('meta[name="hampi-sw"]')?.content
if (address && 'serviceWorker' in navigator) window.addEventListener('load', () => { register().catch(() => {}) })

async function register() {
  const worker = navigator.serviceWorker
  const known = await worker.getRegistration()
  if (!known && (await withdrawn())) return // it was taken back: not again until the server allows it
  const registration = await worker.register(address, { scope: '/', updateViaCache: 'none' })
  follow(registration)
  if (!known) worker.ready.then(() => navigator.storage?.persist?.()).catch(() => {}) // works as well when it is refused
}
