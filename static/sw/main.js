// The service worker: the network first, and when it fails the app in the browser. It holds no page and no rule.
// build.mjs joins these files and puts VERSION and ASSETS (name, url, sha256) before them.
import './life.js'
import './fetch.js'
import './messages.js'
