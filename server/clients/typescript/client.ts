// Uses the client that openapi-typescript makes of openapi.yaml against a server with sample data, and prints one line for each
// thing that holds. SERVER is the server's address, TOKEN a token for writing.
import createClient from 'openapi-fetch'
import type { components, paths } from '../../../gen/clients/typescript/schema.js'

// The sample app, a user status of it, and a device status of that.
const mobileAppId = '7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60'
const userAppInstallStatusId = 'c0b9d1a4-52f7-4f6e-8a33-0e6d9c7b1f25'
const mobileAppInstallStatusId = '7560ee45-ee45-7560-45ee-607545ee6075'

// README.md shows what follows.
const client = createClient<paths>({
  baseUrl: process.env.SERVER + '/beta',
  headers: { Authorization: `Bearer ${process.env.TOKEN}` },
})
const path = '/deviceAppManagement/mobileApps/{mobileAppId}/deviceStatuses/{mobileAppInstallStatusId}'
const { data, error } = await client.PATCH(path, {
  params: { path: { mobileAppId, mobileAppInstallStatusId } },
  body: { installState: 'failed', errorCode: -2016345060, osDescription: null }, // null clears; what is left out is kept
})
if (error) throw new Error(error.error.message)
// README.md shows what stands above.

holds('patch-app-path', data?.id === mobileAppInstallStatusId)
const failed: components['schemas']['ResultantAppState'] = 'failed' // one of seven: another is an error of the compiler
// @ts-expect-error
const fails: components['schemas']['ResultantAppState'] = 'fails'
holds('enum-typed', data?.installState === failed && data.installState !== fails)
holds('negative-int32', data?.errorCode === -2016345060)

type Input = components['schemas']['MobileAppInstallStatusInput']
type Conditions = { 'If-Match'?: string, Prefer?: string }
const update = (body: Input, header: Conditions = {}) =>
  client.PATCH(path, { params: { path: { mobileAppId, mobileAppInstallStatusId }, header }, body })

const userPath = '/deviceAppManagement/mobileApps/{mobileAppId}/userStatuses/{userAppInstallStatusId}/deviceStatuses/{mobileAppInstallStatusId}'
const described = await client.PATCH(userPath, {
  params: { path: { mobileAppId, userAppInstallStatusId, mobileAppInstallStatusId } },
  body: { osDescription: 'Described', deviceName: 'Named' },
})
holds('patch-user-path', described.data?.osDescription === 'Described')

const kept = await update({ errorCode: 9 })
holds('omitted-kept', kept.data?.osDescription === 'Described' && kept.data.deviceName === 'Named')
const cleared = await update({ osDescription: null })
holds('null-cleared', cleared.data?.osDescription === null && cleared.data.deviceName === 'Named')

const lastSyncDateTime = '2017-01-01T00:02:49.3205976-08:00'
holds('instant', (await update({ lastSyncDateTime })).data?.lastSyncDateTime === lastSyncDateTime)
holds('seventh-digit', true) // an instant is its text

const missing = await client.GET(path, { params: { path: { mobileAppId, mobileAppInstallStatusId: 'none' } } })
holds('error-404', missing.response.status === 404 && missing.error?.error.code === 'ResourceNotFound')
const long = await update({ osVersion: 'x'.repeat(8193) })
const [detail, another] = long.error?.error.details ?? []
holds('error-400-details', detail?.code === 'TooLong' && detail.target === '/osVersion' && another === undefined)
holds('typed-error', long.error?.error.innerError['request-id'] === long.response.headers.get('request-id'))

const tag = (await update({ errorCode: 10 })).response.headers.get('ETag') ?? ''
const matched = await update({ errorCode: 11 }, { 'If-Match': tag })
holds('etag', matched.data?.errorCode === 11)
const stale = await update({ errorCode: 12 }, { 'If-Match': tag })
holds('error-412', stale.response.status === 412 && stale.error?.error.code === 'ConditionNotMet')
const minimal = await update({}, { Prefer: 'return=minimal' })
holds('return-minimal', minimal.response.status === 204 && minimal.error === undefined)

const list = '/deviceAppManagement/mobileApps/{mobileAppId}/deviceStatuses'
const created = (await client.POST(list, { params: { path: { mobileAppId } }, body: {} })).data
const deleted = await client.DELETE(path, { params: { path: { mobileAppId, mobileAppInstallStatusId: created?.id ?? '' } } })
holds('create-delete', created?.lastSyncDateTime === '0001-01-01T00:00:00Z' && deleted.response.status === 204)

const seen = new Set<string>()
const params = { path: { mobileAppId }, query: { $top: 2, $count: true } }
let page = (await client.GET(list, { params })).data
const count = page?.['@odata.count'] ?? 0
while (page) {
  page.value.forEach(({ id }) => seen.add(id))
  const next = page['@odata.nextLink']
  page = next === undefined ? undefined : (await client.GET(list, { params, fetch: request => fetch(new Request(next, request)) })).data
}
holds('list-paging', count > 2 && seen.size === count)

function holds(rule: string, it: boolean) {
  if (!it) {
    console.log('not ok', rule)
    process.exit(1)
  }
  console.log('ok', rule)
}
