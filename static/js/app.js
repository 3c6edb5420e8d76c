// The page's script: htmx and a few small helpers. Each listens on the document,
// so fragments swapped in later need no wiring.
import htmx from 'htmx.org/dist/htmx.esm.js'
import './keyboard.js'
import './dialog.js'
import './menu.js'
import './toast.js'
import './theme.js'
import './forms.js'
import './typed.js'
import './combobox.js'
import './search.js'
import './ops.js'
import './lock.js'
import './live.js'
import './accounts.js'
import './busy.js'
import './failures.js'
import './sw-register.js'
import './sync.js'

window.htmx = htmx
