// One status in a dialog: all of its properties. A PATCH with If-Match sends the ones that the user changes.

import { call, statusPath } from './client.js'
import { byId, element, show } from './dom.js'
import { explain } from './errorcode.js'
import { label, properties } from './properties.js'
import { states } from './states.js'
import { askForToken } from './token.js'

const dialog = byId('detail')
const fields = {} // by property name: { property, input, violation }
for (const property of properties) fields[property.name] = field(property)

const explanation = element('span', { id: 'explanation', className: 'hint' })
fields.errorCode.input.after(explanation)
fields.errorCode.input.setAttribute('aria-describedby', 'explanation errorCode-hint errorCode-violation')

let opened // the status in the dialog as it was read: { path, status, etag, saved }

function field(property) {
  const { name, readOnly } = property
  const choices = choicesOf(property)
  const input = element(choices ? 'select' : 'input', { id: name, 'aria-describedby': `${name}-hint ${name}-violation` })
  if (choices) input.append(...choices.map(([value, text]) => element('option', { value }, text)))
  else Object.assign(input, { autocomplete: 'off', spellcheck: false })
  if (readOnly) input[choices ? 'disabled' : 'readOnly'] = true
  const hint = element('span', { id: `${name}-hint`, className: 'hint' }, hintOf(property))
  const violation = element('span', { id: `${name}-violation`, className: 'violation' })
  byId('fields').append(element('div', { className: 'field' },
    element('label', { htmlFor: name }, label(name)), input, hint, violation))
  return { property, input, violation }
}

// choicesOf returns the values to choose from, each with its text, or undefined if any text may be typed.
function choicesOf({ type, members, nullable, optional }) {
  const values = type === 'boolean' ? ['true', 'false'] : members
  const empty = optional ? [['', '(never set)']] : nullable ? [['', '(none)']] : []
  return values && [...empty, ...values.map(value => [value, states[value]?.name ?? value])]
}

function hintOf({ name, format }) {
  if (name === 'errorCode') return 'Decimal, or hexadecimal such as 0x87D1041C'
  return format === 'date-time' ? 'With a zone, such as 2026-11-24T08:00:00Z' : ''
}

// openDetail reads a status and shows it. It calls saved with the status after each change.
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
  for (const { property: { name, nullable }, input } of Object.values(fields)) {
    input.value = status[name] ?? ''
    input.dataset.was = input.value
    const empty = input.options?.[0]
    if (empty?.value === '') empty.disabled = !nullable && input.value !== '' // once set, it cannot become null
  }
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
  const code = valueOf(fields.errorCode)
  const { hex, meaning, action } = explain(code)
  explanation.textContent = code === (code | 0) ? `${hex}, decimal ${code}: ${meaning} ${action}`.trimEnd() : ''
}

// valueOf returns a field's value in the property's type. It leaves an invalid value as text: the server explains the error.
function valueOf({ property: { type }, input: { value } }) {
  if (value === '') return null
  if (type === 'boolean') return value === 'true'
  if (type !== 'integer') return value
  if (/^0x[0-9a-f]{1,8}$/i.test(value)) return parseInt(value, 16) | 0
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value
}

function changes() {
  const changed = Object.entries(fields).filter(([, { input }]) => input.value !== input.dataset.was)
  return Object.fromEntries(changed.map(([name, field]) => [name, valueOf(field)]))
}

function isChanged() {
  return dialog.open && Object.keys(changes()).length > 0
}

// leave closes the dialog. If there are unsaved changes, it asks first.
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
    byId('saved').textContent = 'You have not changed anything.'
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

// showRefusal puts each violation beside its field and the rest above the form. The user's changes stay.
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
    texts.push('Enter another token to save your changes.')
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
  const differing = Object.keys(fields).filter(name => wanted[name] !== now.body[name])
  const text = value => String(value ?? null)
  byId('conflict-rows').replaceChildren(...differing.map(name => element('tr', {},
    element('th', { scope: 'row' }, label(name)),
    element('td', {}, name in mine ? text(mine[name]) : 'not changed'),
    element('td', {}, text(now.body[name])))))
  byId('take-theirs').onclick = () => {
    fill(now.body, now.etag)
    byId('fields').querySelector('input').focus()
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
  event.preventDefault() // at a second Escape the browser would close the dialog even if its cancel event is prevented
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
