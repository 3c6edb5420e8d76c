// Registers the service worker where the page asks for it.
const address = document.querySelector('meta[name="hampi-sw"]')?.content
if (address && 'serviceWorker' in navigator) {
  window.addEventListener('load', () => {
    navigator.serviceWorker.register(address, { scope: '/', updateViaCache: 'none' }).catch(() => {}) // works without, only not offline
  })
}
