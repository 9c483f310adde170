// The table: one page of devices or of users.

import { byId, element, show } from './dom.js'
import { explain } from './errorcode.js'
import { states } from './states.js'

export const pageSize = 50

export const nameOf = user => user.userPrincipalName || user.userName || user.id

// A column sorts by its property. cell returns the content of a cell, by default the property's text.
const columns = {
  devices: [
    { property: 'deviceName', title: 'Device', cell: (status, on) => opener(status, status.deviceName, on) },
    { property: 'userPrincipalName', title: 'User' },
    { property: 'installState', title: 'State', cell: status => stateOf(status.installState) },
    { property: 'errorCode', title: 'Error', cell: status => errorOf(status.errorCode) },
    { property: 'osVersion', title: 'OS version' },
    { property: 'lastSyncDateTime', title: 'Last sync', cell: status => timeOf(status.lastSyncDateTime) },
  ],
  users: [
    { property: 'userPrincipalName', title: 'User', cell: (user, on) => opener(user, nameOf(user), on) },
    { property: 'userName', title: 'Name' },
    { property: 'installedDeviceCount', title: 'Installed' },
    { property: 'failedDeviceCount', title: 'Failed' },
    { property: 'notInstalledDeviceCount', title: 'Not installed' },
  ],
}

// queryOf returns the OData query for a view's first page.
export function queryOf({ kind, state, search, order, descending }) {
  const text = `'${search.replaceAll("'", "''")}'`
  const filters = []
  if (kind === 'devices' && state) filters.push(`installState eq '${state}'`)
  const names = kind === 'devices' ? ['deviceName', 'userPrincipalName'] : ['userPrincipalName', 'userName']
  if (search) filters.push(`(${names.map(name => `contains(${name},${text})`).join(' or ')})`)
  const query = new URLSearchParams({ $count: true, $top: pageSize, $orderby: order + (descending ? ' desc' : '') })
  if (filters.length) query.set('$filter', filters.join(' and '))
  return query
}

// showPage fills the table. It calls on.open with a row, and on.sort with a property.
export function showPage(rows, { kind, order, descending }, on) {
  // The narrow layout makes the elements blocks, which would lose their implicit roles.
  const head = columns[kind].map(({ property, title }) => {
    const sorted = property === order
    const sort = element('button', { type: 'button', onclick: () => on.sort(property), 'data-sort': property }, title)
    if (sorted) sort.append(element('span', { 'aria-hidden': 'true' }, descending ? ' ▼' : ' ▲'))
    const direction = descending ? 'descending' : 'ascending'
    return element('th', { scope: 'col', role: 'columnheader', 'aria-sort': sorted ? direction : 'none' }, sort)
  })
  const body = rows.map(row => element('tr', { role: 'row' }, ...columns[kind].map(({ property, title, cell }) =>
    element('td', { role: 'cell', 'data-title': title }, cell ? cell(row, on) : String(row[property] ?? '–')))))
  byId('table').hidden = rows.length === 0
  byId('table').replaceChildren(
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...head)),
    element('tbody', { role: 'rowgroup' }, ...body))
}

// showNothing explains why the table is empty and what to do.
export function showNothing({ app, kind, state, search }, showAll) {
  if (state && kind === 'devices' || search) {
    const hint = search ? ' Search is case-sensitive.' : ''
    return show(byId('nothing'), element('p', {}, `No match.${hint}`),
      element('button', { type: 'button', onclick: showAll }, 'Show all'))
  }
  show(byId('nothing'),
    element('p', {}, `No ${kind === 'users' ? 'user' : 'device'} has a status for the app `, element('code', {}, app), '.'),
    element('p', {}, 'Check the id. The server keeps no list of apps: an app exists as soon as it has a status. The ',
      element('a', { href: '/docs' }, 'API reference'), ' shows how to create one.'))
}

function opener(row, name, on) {
  const properties = { type: 'button', className: 'link', 'data-id': row.id, onclick: () => on.open(row) }
  return element('button', properties, name || '(no name)')
}

function stateOf(state) {
  const { sign, name } = states[state]
  const mark = element('span', { className: 'sign', 'aria-hidden': 'true' }, sign)
  return element('span', { className: `state ${state}` }, mark, name)
}

function errorOf(code) {
  if (code === 0) return '–'
  const { hex, meaning } = explain(code)
  return element('span', { title: `${code}` }, element('code', {}, hex), ' ', element('small', {}, meaning))
}

function timeOf(text) {
  const time = new Date(text)
  const never = text.startsWith('0001-01-01T00:00:00')
  const local = isNaN(time) ? text : time.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
  return element('time', { dateTime: text, title: text }, never ? 'never' : local)
}
