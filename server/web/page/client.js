// A client of the API: bearer token, JSON, entity tags. Nothing is kept after the page closes.

let token = ''
let isDevelopment = false // the token came from /dev/token, so it can be renewed

export const isSignedIn = () => token !== ''

export function useToken(text) {
  token = text.trim().replace(/^Bearer\s+/i, '')
  isDevelopment = false
}

// signIn gets a token from a development server, and reports whether it did.
export async function signIn() {
  if (document.body.dataset.development !== 'true') return false
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  const answer = await send('/dev/token', { method: 'POST', body })
  if (!answer.ok) return false
  token = (await answer.json()).access_token
  isDevelopment = true
  return true
}

// Refused is an unsuccessful response. Status 0 means that there was no response.
export class Refused extends Error {
  constructor(status, error = {}) {
    super(error.message || `The server answered ${status}.`)
    this.status = status
    this.details = error.details ?? []
    this.requestId = error.innerError?.['request-id']
  }
}

// call returns a response's body and entity tag, or throws Refused.
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

// key returns the path segment for an id. Without the parentheses and quotes, a browser would resolve an id such as '..'.
const key = id => `('${encodeURIComponent(id.replaceAll("'", "''"))}')`

export const appPath = app => `/beta/deviceAppManagement/mobileApps${key(app)}`
export const statusesPath = (app, user) => `${appPath(app)}${user ? `/userStatuses${key(user)}` : ''}/deviceStatuses`
export const statusPath = (app, id) => `${appPath(app)}/deviceStatuses${key(id)}`
export const usersPath = app => `${appPath(app)}/userStatuses`
