// What the badge, the strip and the page of synchronisation say, from what the service worker knows. Pure, so that
// node tests it: no document here.

const hour = 3600_000

// badge is the state's name, its word and its figure: "Sin conexión", "4 por enviar".
export function badge(s) {
  const waiting = s.pending ?? 0
  const undecided = (s.attention ?? 0) + (s.conflicts ?? 0)
  if (!s.online) return { e: 'sin', word: 'Sin conexión', figure: [waiting && `${waiting} por enviar`, undecided && `${undecided} por resolver`].filter(Boolean).join(' · ') }
  if (s.signIn && waiting) return { e: 'conflicto', word: '', figure: `Ingrese para enviar ${waiting}` }
  const done = percent(s.progress)
  if (done !== null) return { e: 'preparando', word: `Preparando este equipo ${done} %`, figure: '' }
  if (s.sending || waiting) return { e: 'enviando', word: `Enviando ${waiting || ''}`.trim() + '…', figure: '' }
  if (undecided) return { e: 'conflicto', word: '', figure: `${undecided} por resolver` }
  return { e: 'linea', word: 'En línea', figure: '' }
}

// percent reads a first download's progress, {received, total}; null when there is none.
export function percent(progress) {
  if (!progress || (progress.total > 0 && progress.received >= progress.total)) return null
  return progress.total > 0 ? Math.floor((progress.received / progress.total) * 100) : 0
}

// strip says which line stands under the top bar: 'sin' without connection, 'ingreso' when the log-in has ended and
// something waits for the next, 'grave' when something waits for a day, with the file on offer after three; '' for none.
export function strip(s, now) {
  if (s.online && s.signIn && s.pending) return { kind: 'ingreso', since: null, file: false }
  const age = s.pending && s.oldest ? now - moment(s.oldest) : 0
  if (age >= 24 * hour) return { kind: 'grave', since: moment(s.oldest), file: age >= 72 * hour }
  if (!s.online) return { kind: 'sin', since: moment(s.since), file: false }
  return { kind: '', since: null, file: false }
}

export const moment = (value) => value === null || value === undefined || value === '' ? null : new Date(value).getTime()

// since writes a moment as the strip does: " desde las 9:41", " desde el lunes 9:41", " desde el 24 nov, 9:41".
export function since(at, now, zone) {
  if (at === null) return ''
  const clock = part(at, { hour: 'numeric', minute: '2-digit', hourCycle: 'h23', timeZone: zone }).replace(/^0(?=\d:)/, '')
  const day = (t) => new Date(t).toLocaleDateString('en-CA', { timeZone: zone })
  if (day(at) === day(now)) return ` desde ${/^1:/.test(clock) ? 'la' : 'las'} ${clock}`
  if (now - at < 6 * 24 * hour) return ` desde el ${part(at, { weekday: 'long', timeZone: zone })} ${clock}`
  return ` desde el ${part(at, { day: 'numeric', month: 'short', timeZone: zone })}, ${clock}`
}

// contact is the head of the page of synchronisation: what happened, in words.
export function contact(s, now, zone) {
  const at = since(moment(s.since), now, zone)
  if (!s.online) return { title: 'Sin conexión' + at, detail: 'Lo que haga queda en este equipo y se envía solo cuando vuelva.' }
  const enter = s.signIn && s.pending ? 'Para enviar lo pendiente, ingrese otra vez.' : ''
  if (s.back && now - moment(s.back.at) < 12 * hour) {
    return { title: 'La conexión volvió' + since(moment(s.back.at), now, zone).replace(' desde', ' a').replace(' a el', ' el'), detail: enter || `Estuvo ${span(moment(s.back.at) - moment(s.back.since))} sin internet. Nada se perdió.` }
  }
  if (enter) return { title: 'En línea', detail: enter }
  const undecided = (s.attention ?? 0) + (s.conflicts ?? 0)
  const sent = undecided ? `Todo enviado; ${undecided} por resolver.` : 'Todo enviado.'
  return { title: 'En línea', detail: s.pending ? 'Se está enviando lo que faltaba.' : sent }
}

// changes is how many wait, in words.
export const changes = (n) => (n === 1 ? '1 cambio' : `${n} cambios`)

// span is a length of time in words.
export function span(ms) {
  const minutes = Math.max(1, Math.round(ms / 60_000))
  if (minutes < 60) return minutes === 1 ? 'un minuto' : `${minutes} minutos`
  const hours = Math.round(minutes / 60)
  if (hours < 48) return hours === 1 ? 'una hora' : `${hours} horas`
  return `${Math.round(hours / 24)} días`
}

const part = (at, options) => new Intl.DateTimeFormat('es-PE', options).format(at)
