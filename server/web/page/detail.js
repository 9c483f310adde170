// One status, in a dialog: every property, and what the user changes of them sent as a PATCH that holds only if nobody
// else was faster.

import { call, statusPath } from './client.js'
import { byId, element, show } from './dom.js'
import { explain } from './errorcode.js'
import { stateDetails, states } from './states.js'
import { askForToken } from './token.js'

const labels = {
  deviceName: 'Device name',
  deviceId: 'Device id',
  userName: 'User name',
  userPrincipalName: 'User principal name',
  installState: 'Install state',
  mobileAppInstallStatusValue: 'Install status value',
  installStateDetail: 'Install state detail',
  errorCode: 'Error code',
  osVersion: 'OS version',
  osDescription: 'OS description',
  displayVersion: 'App version',
  lastSyncDateTime: 'Last sync',
}
const hints = {
  errorCode: 'Decimal, or hexadecimal such as 0x87D1041C',
  lastSyncDateTime: 'With a zone, such as 2026-11-24T08:00:00Z',
}
const stateNames = Object.entries(states).map(([value, { name }]) => [value, name])
const choices = {
  installState: stateNames,
  mobileAppInstallStatusValue: stateNames,
  installStateDetail: [['', '(never set)'], ...stateDetails.map(detail => [detail, detail])],
}
const dialog = byId('detail')
const fields = {}
for (const property in labels) fields[property] = field(property)

const explanation = element('span', { id: 'explanation', className: 'hint' })
fields.errorCode.input.after(explanation)
fields.errorCode.input.setAttribute('aria-describedby', 'explanation errorCode-hint errorCode-violation')

let opened // { path, status, etag, saved }: what the dialog shows, as it was read

function field(property) {
  const describedBy = `${property}-hint ${property}-violation`
  const input = element(choices[property] ? 'select' : 'input', { id: property, 'aria-describedby': describedBy })
  if (choices[property]) input.append(...choices[property].map(([value, name]) => element('option', { value }, name)))
  else Object.assign(input, { autocomplete: 'off', spellcheck: false })
  const hint = element('span', { id: `${property}-hint`, className: 'hint' }, hints[property] ?? '')
  const violation = element('span', { id: `${property}-violation`, className: 'violation' })
  const label = element('label', { htmlFor: property }, labels[property])
  byId('fields').append(element('div', { className: 'field' }, label, input, hint, violation))
  return { input, violation }
}

// openDetail reads a status anew and shows it; saved is called with it when it has been changed.
export async function openDetail(app, id, saved) {
  const path = statusPath(app, id)
  const { body, etag } = await call(path)
  opened = { path, saved }
  fill(body, etag)
  dialog.showModal()
  dialog.scrollTop = 0
}

function fill(status, etag) {
  Object.assign(opened, { status, etag })
  byId('detail-title').textContent = status.deviceName || 'Install status'
  byId('detail-id').textContent = `id ${status.id}`
  for (const [property, { input }] of Object.entries(fields)) {
    input.value = status[property] ?? ''
    input.dataset.was = input.value
  }
  fields.installStateDetail.input.options[0].disabled = Boolean(status.installStateDetail) // null is not allowed
  explainCode()
  clearMessages()
}

function clearMessages() {
  show(byId('detail-problem'))
  byId('conflict').hidden = true
  byId('unsaved').hidden = true
  byId('saved').textContent = ''
  for (const { input, violation } of Object.values(fields)) {
    violation.textContent = ''
    input.removeAttribute('aria-invalid')
  }
}

function explainCode() {
  const code = valueOf('errorCode')
  const { hex, meaning } = explain(code)
  explanation.textContent = code === (code | 0) ? `${hex}, decimal ${code}: ${meaning}` : ''
}

// valueOf is a field's value as the API takes it. What it would not take is sent as it stands: the server says why.
function valueOf(property) {
  const text = fields[property].input.value
  if (text === '') return null
  if (property !== 'errorCode') return text
  if (/^0x[0-9a-f]{1,8}$/i.test(text)) return parseInt(text, 16) | 0
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}

function changes() {
  const changed = Object.entries(fields).filter(([, { input }]) => input.value !== input.dataset.was)
  return Object.fromEntries(changed.map(([property]) => [property, valueOf(property)]))
}

function isChanged() {
  return dialog.open && Object.keys(changes()).length > 0
}

// leave closes the dialog. Where something is not saved it asks first.
export function leave() {
  if (!isChanged()) return dialog.close()
  const { activeElement } = document
  byId('stay').onclick = () => {
    byId('unsaved').hidden = true
    activeElement.focus()
  }
  byId('unsaved').hidden = false
  byId('unsaved').focus()
}

async function save(ifMatch) {
  clearMessages()
  const body = changes()
  if (Object.keys(body).length === 0) {
    byId('saved').textContent = 'Nothing has been changed yet.'
    return
  }
  try {
    const saved = await call(opened.path, { method: 'PATCH', body, ifMatch })
    dialog.close()
    await opened.saved(saved.body)
  } catch (refused) {
    if (refused.status === 412) await showConflict(body)
    else showRefusal(refused)
  }
}

// showRefusal puts each violation beside its field, and the rest above them all. What the user changed stays.
function showRefusal(refused) {
  const others = []
  for (const { target, message } of refused.details) {
    const named = fields[target?.replace(/^\//, '')]
    if (!named) {
      others.push(message)
      continue
    }
    named.violation.textContent = message
    named.input.setAttribute('aria-invalid', 'true')
  }
  const first = byId('fields').querySelector('[aria-invalid]')
  if (first) first.focus()
  const texts = ['Nothing has been saved.', ...(first ? others : [refused.message])]
  if (refused.status === 401) {
    texts.push('With another token what you have changed is saved.')
    askForToken(byId('detail-problem'), () => byId('detail-form').requestSubmit())
  }
  show(byId('detail-problem'), texts.join(' '))
}

async function showConflict(mine) {
  let now
  try {
    now = await call(opened.path)
  } catch (refused) {
    return showRefusal(refused)
  }
  const wanted = { ...opened.status, ...mine }
  const differing = Object.keys(fields).filter(property => wanted[property] !== now.body[property])
  const text = value => String(value ?? null)
  byId('conflict-rows').replaceChildren(...differing.map(property => element('tr', {},
    element('th', { scope: 'row' }, labels[property]),
    element('td', {}, property in mine ? text(mine[property]) : 'not changed'),
    element('td', {}, text(now.body[property])))))
  byId('take-theirs').onclick = () => {
    fill(now.body, now.etag)
    fields.deviceName.input.focus()
  }
  byId('save-mine').onclick = () => save(now.etag)
  byId('conflict').hidden = false
  byId('conflict').focus()
}

fields.errorCode.input.addEventListener('input', explainCode)
byId('close').onclick = leave
byId('discard').onclick = () => dialog.close()
dialog.onkeydown = event => {
  if (event.key !== 'Escape' || event.isComposing) return
  event.preventDefault() // the browser would close the dialog at the second one, whatever is said to its cancel event
  if (byId('unsaved').hidden) leave()
  else byId('stay').click()
}
dialog.oncancel = event => {
  event.preventDefault()
  leave()
}
window.onbeforeunload = event => {
  if (isChanged()) event.preventDefault()
}
byId('detail-form').onsubmit = event => {
  event.preventDefault()
  save(opened.etag)
}
