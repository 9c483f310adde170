// Does in a browser, from another origin than the server's, what README.md shows, and the rest that a page can do. It writes one
// line into the page for each thing that holds, and "failed" at the first that does not.

const print = line => document.querySelector('pre').append(line + '\n')
addEventListener('unhandledrejection', event => print(`failed: ${event.reason}`))

// README.md shows what follows.
const server = new URLSearchParams(location.search).get('server') ?? 'https://127.0.0.1:8080'
const answer = await fetch(`${server}/dev/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials' }) })
const token = (await answer.json()).access_token

const graph = MicrosoftGraph.Client.init({
  baseUrl: server,
  defaultVersion: 'beta',
  customHosts: new Set(['127.0.0.1', 'localhost']), // hosts without a port; others get no token
  authProvider: done => done(null, token),
})
const statuses = '/deviceAppManagement/mobileApps/7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60/deviceStatuses'
const status = () => graph.api(`${statuses}/7560ee45-ee45-7560-45ee-607545ee6075`)

const read = await status().responseType('raw').get()
const etag = read.headers.get('ETag')
const changed = await status().header('If-Match', etag).patch({ installState: 'failed', errorCode: -2016345060 })
console.log(changed.installState) // failed
try {
  await status().header('If-Match', etag).patch({ installState: 'installed' })
} catch (error) {
  console.log(error.statusCode, error.code, error.headers.get('request-id')) // 412 ConditionNotMet d9a1006b-…
}
// README.md shows what stands above.

const check = (what, holds) => {
  if (!holds) throw new Error(what)
  print(`holds: ${what}`)
}
const refusal = async request => {
  try {
    await request
  } catch (error) {
    return error
  }
}

check('a page of another port gets a development token', token)
check('it reads the ETag of a GET', /^"[0-9A-Za-z_-]+"$/.test(etag))
check('a PATCH with this ETag in If-Match succeeds', changed.installState === 'failed' && changed.errorCode === -2016345060)

const stale = await refusal(status().header('If-Match', etag).patch({ installState: 'installed' }))
check('the next one is refused with 412', stale.statusCode === 412 && stale.code === 'ConditionNotMet')
const invalid = await refusal(status().patch({ installstate: 'failed', errorCode: 9.5 }))
check('the body of a 400 is read with all its violations', JSON.parse(invalid.body).details.map(detail => detail.target).join() === '/errorCode,/installstate')
check('and so are the headers of an error', invalid.headers.get('request-id') === invalid.requestId && /^[0-9a-f-]{36}$/.test(invalid.requestId))
check('a 404 is read', (await refusal(graph.api(`${statuses}/none`).get())).code === 'ResourceNotFound')
check('a 405 is read, with Allow', (await refusal(graph.api(statuses).patch({}))).headers.get('Allow') === 'GET, HEAD, POST')

const anonymous = await fetch(`${server}/beta${statuses}`)
check('a 401 is read, with WWW-Authenticate', anonymous.status === 401 && anonymous.headers.get('WWW-Authenticate').startsWith('Bearer'))

const ids = new Set()
const first = await graph.api(statuses).top(1).orderby('deviceName').get()
await new MicrosoftGraph.PageIterator(graph, first, ({ id }) => ids.add(id)).iterate()
const whole = await graph.api(statuses).get()
check('PageIterator follows each nextLink to the last page', ids.size > 2 && ids.size === whole.value.length)

const batch = await graph.api('/$batch').post({ requests: [
  { id: '1', method: 'PATCH', url: `${statuses}/7560ee45-ee45-7560-45ee-607545ee6075`, body: { errorCode: 7 }, headers: { 'Content-Type': 'application/json' } },
  { id: '2', method: 'GET', url: `${statuses}/none`, dependsOn: ['1'] },
] })
const answers = new MicrosoftGraph.BatchResponseContent(batch)
check('a batch is answered', (await answers.getResponseById('1').json()).errorCode === 7 && answers.getResponseById('2').status === 404)

const created = await graph.api(statuses).header('Prefer', 'return=minimal').responseType('raw').post({ deviceName: 'BROWSER' })
check('a POST with Prefer is answered by 204 with Location', created.status === 204 && created.headers.get('Location').startsWith(`${server}/beta/`) && created.headers.get('Preference-Applied') === 'return=minimal')
check('and a DELETE removes what it created', (await fetch(created.headers.get('Location'), { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } })).status === 204)

document.cookie = 'a=b'
check('a request with credentials is refused by the browser', (await refusal(fetch(`${server}/beta${statuses}`, { credentials: 'include' }))) instanceof TypeError)
print('done')
