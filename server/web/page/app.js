// The page: the current view, and the controls that change it.

import { Refused, call, isSignedIn, signIn, statusesPath, usersPath } from './client.js'
import { chooseState, showCounts } from './counts.js'
import { leave, openDetail } from './detail.js'
import { byId, element, show } from './dom.js'
import { nameOf, pageSize, queryOf, showNothing, showPage } from './list.js'
import { askForToken, placeToken } from './token.js'

// A view is everything that determines what the page shows. user is the user status whose devices are listed, null for all.
const byName = { order: 'deviceName', descending: false }
const everything = { kind: 'devices', user: null, state: '', search: '', ...byName }
const ofUsers = { kind: 'users', order: 'userPrincipalName' }
const view = { app: '', ...everything }

let pages = [] // the addresses of the pages up to the current one
let next       // the address of the page after it
let total = 0
let counted    // the path whose statuses the chart counts
let typing     // the timer that starts a search after the user stops typing
let loading = new AbortController()

// navigate shows another list and adds it to the browser's history.
function navigate(change) {
  pushAddress({ ...view, ...change })
  return update(change)
}

// pushAddress adds a list to the browser's history with its own address.
function pushAddress({ app, kind, user }) {
  const parameters = { app, ...kind === 'users' && { list: 'users' }, ...user && { user: user.id } }
  const hash = '#' + new URLSearchParams(parameters)
  if (hash === location.hash) history.replaceState(null, '', hash)
  else history.pushState(null, '', hash)
}

// requested returns the view in the history entry, in the address, or with the server's first app.
function requested() {
  if (history.state) return history.state
  const address = new URLSearchParams(location.hash.slice(1))
  const app = address.get('app') || document.body.dataset.app
  if (address.get('list') === 'users') return { app, ...everything, ...ofUsers }
  return { app, ...everything, user: address.has('user') ? { id: address.get('user') } : null }
}

// update changes the view and shows its first page.
async function update(change) {
  clearTimeout(typing)
  Object.assign(view, change)
  history.replaceState(view, '')
  byId('app').value = view.app
  byId('no-app').hidden = true
  chooseState(view.state)
  byId('search').value = view.search
  pages = []
  const path = view.kind === 'users' ? usersPath(view.app) : statusesPath(view.app, view.user?.id)
  next = `${path}?${queryOf(view)}`
  await load(forward, count)
}

// load runs steps and shows an error if one fails. A later load aborts an earlier one.
async function load(...steps) {
  loading.abort()
  const current = loading = new AbortController()
  const focused = document.activeElement
  byId('main').setAttribute('aria-busy', 'true')
  try {
    await Promise.all(steps.map(step => step()))
    show(byId('problem'))
    byId('content').hidden = false
  } catch (error) {
    if (current.signal.aborted) return
    current.abort()
    showProblem(error)
  }
  if (current !== loading) return
  byId('main').removeAttribute('aria-busy')
  if (focused !== document.body && document.activeElement === document.body) byId('list-title').focus()
}

function showProblem(error) {
  if (!(error instanceof Refused)) throw error
  for (const part of ['table', 'nothing', 'pages']) byId(part).hidden = true
  byId('shown').textContent = ''
  const lines = [element('span', {}, error.message)]
  if (error.requestId) lines.push(element('small', {}, `request-id ${error.requestId}`))
  if (error.status === 401) askForToken(byId('app-form'), withToken)
  else lines.push(element('button', { type: 'button', onclick: () => update({}) }, 'Try again'))
  show(byId('problem'), ...lines)
}

async function forward() {
  await showAt(next, +1)
}

async function back() {
  await showAt(pages.at(-2), -1)
}

async function showAt(address, step) {
  const { signal } = loading
  const { body } = await call(address, { signal })
  signal.throwIfAborted() // a later load may have started meanwhile
  if (step > 0) pages.push(address)
  else pages.pop()
  // Only the path: behind a proxy unknown to this server, the link's scheme and host differ from the page's.
  const link = body['@odata.nextLink'] && new URL(body['@odata.nextLink'])
  next = link && link.pathname + link.search
  total = body['@odata.count'] ?? total
  const focused = document.activeElement.dataset
  showPage(body.value, view, { open, sort })
  if (focused.id) focusRow(focused.id)
  if (focused.sort) document.querySelector(`[data-sort="${focused.sort}"]`)?.focus()
  describe(body.value.length)
  if (body.value.length) show(byId('nothing'))
  else showNothing(view, () => update({ state: '', search: '' }))
  enablePaging()
}

// enablePaging keeps the focus, which a disabled button would lose.
function enablePaging() {
  const [previous, following] = [byId('previous'), byId('next')]
  const focused = document.activeElement
  previous.disabled = pages.length < 2
  following.disabled = !next
  byId('pages').hidden = previous.disabled && following.disabled
  if (focused === previous && previous.disabled) following.focus()
  if (focused === following && following.disabled) previous.focus()
}

// count updates the chart if its path changed. It costs seven requests.
async function count() {
  const path = statusesPath(view.app, view.user?.id)
  if (path === counted) return
  await showCounts(path, loading.signal)
  counted = path
}

function describe(length) {
  const from = (pages.length - 1) * pageSize + 1
  const number = n => n.toLocaleString()
  const devices = view.user ? `Devices of ${nameOf(view.user)}` : 'Devices'
  byId('list-title').textContent = view.kind === 'users' ? 'Users' : devices
  byId('counts-title').textContent = `${devices} by state`
  const range = `${number(from)} to ${number(from + length - 1)} of ${number(total)}`
  byId('shown').textContent = length === 0 ? 'None' : range
  byId('show-devices').setAttribute('aria-current', view.kind === 'devices' && !view.user)
  byId('show-users').setAttribute('aria-current', view.kind === 'users')
}

async function open(row) {
  if (view.kind === 'users') return navigate({ ...everything, user: row })
  byId('detail').onclose = () => focusRow(row.id)
  await openDetail(view.app, row.id, saved).catch(showProblem)
}

function focusRow(id) {
  document.querySelector(`[data-id="${CSS.escape(id)}"]`)?.focus()
}

// saved reloads the current page of the list.
async function saved(status) {
  counted = ''
  await load(() => showAt(pages.pop(), +1), count)
  byId('shown').textContent = `${status.deviceName || 'The status'} was saved. ${byId('shown').textContent}`
}

function sort(property) {
  update({ order: property, descending: view.order === property && !view.descending })
}

// start signs in and shows the requested view.
async function start() {
  const { app } = requested()
  byId('app').value = app
  byId('no-app').hidden = app !== ''
  byId('content').hidden = true
  if (!isSignedIn()) {
    if (!await signIn().catch(() => false)) return askForToken(byId('app-form'), withToken)
    byId('signed-in').textContent = 'Signed in with a development token'
  }
  if (!app) return byId('app').focus()
  counted = ''
  await update(requested())
}

// withToken loads the view again with the user's token.
function withToken() {
  if (byId('app').value === requested().app) start()
  else byId('app-form').requestSubmit()
}

placeToken(byId('app-form'), withToken)
byId('detail').addEventListener('close', () => placeToken(byId('app-form'), withToken))
byId('app-form').onsubmit = event => {
  event.preventDefault()
  pushAddress({ app: byId('app').value })
  start()
}
byId('search').oninput = event => {
  clearTimeout(typing)
  typing = setTimeout(() => update({ search: event.target.value }), 250)
}
byId('search-form').onsubmit = event => {
  event.preventDefault()
  update({ search: byId('search').value })
}
byId('counts').onchange = event => {
  const state = event.target.value
  if (view.kind === 'users') navigate({ ...everything, state })
  else update({ state })
}
byId('show-devices').onclick = () => navigate({ ...everything, state: view.state })
byId('show-users').onclick = () => navigate({ ...everything, ...ofUsers })
byId('next').onclick = () => load(forward)
byId('previous').onclick = () => load(back)
window.onpopstate = () => {
  leave()
  if (history.state) update(history.state)
  else start()
}
start()
