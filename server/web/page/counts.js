// The chart: the number of devices in each state. Choosing a row filters the list by its state.

import { call } from './client.js'
import { byId, element } from './dom.js'
import { states } from './states.js'

const rows = { '': row('', { sign: '', name: 'All' }) }
for (const state in states) rows[state] = row(state, states[state])

function row(state, { sign, name }) {
  const choice = element('input', { type: 'radio', name: 'state', value: state })
  const bar = element('span', { className: 'bar' })
  const count = element('span', { className: 'count' }, '–')
  byId('counts').append(element('label', { className: `row ${state}` }, choice,
    element('span', { className: 'sign', 'aria-hidden': 'true' }, sign),
    element('span', {}, name),
    element('span', { className: 'track' }, bar), count))
  return { choice, bar, count }
}

// chooseState selects a state's row, '' for all.
export function chooseState(state) {
  rows[state].choice.checked = true
}

// showCounts counts the statuses at a path, with one request for each state.
export async function showCounts(path, signal) {
  const counts = await Promise.all(Object.keys(states).map(async state => {
    const query = new URLSearchParams({ $count: true, $top: 0, $filter: `installState eq '${state}'` })
    const { body } = await call(`${path}?${query}`, { signal })
    return [state, body['@odata.count']]
  }))
  signal.throwIfAborted() // a later load may have started meanwhile
  const all = counts.reduce((sum, [, count]) => sum + count, 0)
  for (const [state, count] of [['', all], ...counts]) {
    const share = all ? 100 * count / all : 0
    rows[state].count.textContent = count.toLocaleString()
    rows[state].bar.style.width = `${share}%`
  }
}
