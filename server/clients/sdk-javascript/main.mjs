// Does with Microsoft's JavaScript SDK what README.md shows, and the rest that the SDK can do. It prints one line for each
// thing that holds, and ends with exit code 1 at the first that does not.

import assert from 'node:assert/strict'
import { BatchRequestContent, BatchResponseContent, PageIterator } from '@microsoft/microsoft-graph-client'

const began = Date.now()

// README.md shows what follows.
import { Client } from '@microsoft/microsoft-graph-client'

const graph = Client.init({
  baseUrl: process.env.SERVER,
  defaultVersion: 'beta',
  customHosts: new Set(['127.0.0.1']), // a host without its port; others get no token
  authProvider: done => done(null, process.env.TOKEN),
})
const statuses = '/deviceAppManagement/mobileApps/7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60/deviceStatuses'
const status = graph.api(`${statuses}/7560ee45-ee45-7560-45ee-607545ee6075`)

const changed = await status.patch({ installState: 'failed', errorCode: -2016345060, osDescription: null })
console.log(changed.errorCode, changed.osDescription) // -2016345060 null
try {
  await status.patch({ errorCode: 9.5 })
} catch (error) {
  console.log(error.statusCode, error.code, error.requestId) // 400 ModelValidationFailure d9a1006b-…
  console.log(JSON.parse(error.body).details)                // [ { code: 'NotAnInteger', target: '/errorCode', … } ]
}
// README.md shows what stands above.

const holds = what => console.log(`holds: ${what}`)

if (process.env.THROTTLED) {
  assert.ok(Date.now() - began >= 1000)
  holds('a write that is answered by 429 is sent again after Retry-After')
}

assert.deepEqual([changed.installState, changed.errorCode, changed.osDescription], ['failed', -2016345060, null])
holds('a PATCH sets, and null clears')

await status.patch({ osDescription: 'Windows', lastSyncDateTime: new Date(Date.UTC(2017, 0, 1)) })
const read = await status.get()
assert.deepEqual([read.osDescription, read.lastSyncDateTime], ['Windows', '2017-01-01T00:00:00.000Z'])
holds('a GET reads what was set')

const refusal = await status.patch({ installstate: 'failed', errorCode: 9.5 }).catch(error => error)
assert.deepEqual([refusal.statusCode, refusal.code], [400, 'ModelValidationFailure'])
const body = JSON.parse(refusal.body)
assert.deepEqual(body.details.map(detail => detail.target), ['/errorCode', '/installstate'])
assert.match(refusal.requestId, /^[0-9a-f-]{36}$/)
assert.equal(refusal.requestId, refusal.headers.get('request-id'))
holds('a refusal has its code, its details and its request id')

const missing = await graph.api(`${statuses}/none`).get().catch(error => error)
assert.deepEqual([missing.statusCode, missing.code], [404, 'ResourceNotFound'])
holds('a missing entity is 404')

const at = path => new Request(`https://graph.microsoft.com${path}`) // the content takes the path of it, without the version
const batch = new BatchRequestContent([
  { id: '1', request: new Request(at(`${statuses}/7560ee45-ee45-7560-45ee-607545ee6075`), { method: 'PATCH', body: '{"errorCode":7}', headers: { 'Content-Type': 'application/json' } }) },
  { id: '2', request: at(`${statuses}/7560ee45-ee45-7560-45ee-607545ee6075`), dependsOn: ['1'] },
  { id: '3', request: at(`${statuses}/none`), dependsOn: ['1'] }, // the SDK wants the same of all
])
const answers = new BatchResponseContent(await graph.api('/$batch').post(await batch.getContent()))
assert.equal((await answers.getResponseById('2').json()).errorCode, 7)
holds('a request of a batch sees what the one did that it depends on')
assert.equal(answers.getResponseById('3').status, 404)
assert.equal((await answers.getResponseById('3').json()).error.code, 'ResourceNotFound')
holds('a request of a batch fails alone, with its own error object')

const ids = new Set()
const first = await graph.api(statuses).top(1).orderby('deviceName').get()
await new PageIterator(graph, first, ({ id }) => ids.add(id)).iterate()
const whole = await graph.api(statuses).get()
assert.ok(whole.value.length > 2)
assert.equal(ids.size, whole.value.length)
holds(`PageIterator goes through ${ids.size} pages to the last`)
