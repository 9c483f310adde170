// The API as this page speaks to it: a bearer token, JSON, entity tags. Nothing outlives the page.

let token = ''
let isDevelopment = false // that is, the token: another can be had

export const isSignedIn = () => token !== ''

export function useToken(text) {
  token = text.trim().replace(/^Bearer\s+/i, '')
  isDevelopment = false
}

// signIn gets a token where the server gives one to everybody, which it does in development alone.
export async function signIn() {
  if (document.body.dataset.development !== 'true') return false
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  const answer = await send('/dev/token', { method: 'POST', body })
  if (!answer.ok) return false
  token = (await answer.json()).access_token
  isDevelopment = true
  return true
}

// Refused is an answer that is not a success; status 0 is no answer at all.
export class Refused extends Error {
  constructor(status, error = {}) {
    super(error.message || `The server answered ${status}.`)
    this.status = status
    this.details = error.details ?? []
    this.requestId = error.innerError?.['request-id']
  }
}

// call gives an answer's body and entity tag, or throws Refused.
export async function call(path, { method = 'GET', body, ifMatch, signal } = {}) {
  const attempt = () => {
    const headers = { Accept: 'application/json', Authorization: `Bearer ${token}` }
    if (body) headers['Content-Type'] = 'application/json'
    if (ifMatch) headers['If-Match'] = ifMatch
    return send(path, { method, headers, signal, body: body && JSON.stringify(body) })
  }
  let answer = await attempt()
  if (answer.status === 401 && isDevelopment && await signIn()) answer = await attempt()
  if (answer.status === 204) return {}
  const content = await answer.json().catch(() => ({}))
  if (!answer.ok) throw new Refused(answer.status, content.error)
  return { body: content, etag: answer.headers.get('ETag') }
}

async function send(path, options) {
  try {
    return await fetch(path, { cache: 'no-store', ...options })
  } catch (error) {
    if (error.name === 'AbortError') throw error
    throw new Refused(0, { message: 'The server does not answer. Is it still running?' })
  }
}

// key is a path segment for an id. In parentheses and quotes even '..' is an id, where a browser would leave it out.
const key = id => `('${encodeURIComponent(id.replaceAll("'", "''"))}')`

export const appPath = app => `/beta/deviceAppManagement/mobileApps${key(app)}`
export const statusesPath = (app, user) => `${appPath(app)}${user ? `/userStatuses${key(user)}` : ''}/deviceStatuses`
export const statusPath = (app, id) => `${appPath(app)}/deviceStatuses${key(id)}`
export const usersPath = app => `${appPath(app)}/userStatuses`
