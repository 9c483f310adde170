// The field for a token. There is one, which comes to where a token is missing.

import { useToken } from './client.js'
import { byId } from './dom.js'

let goOn

// askForToken shows the field behind an element; then goes on with the token.
export function askForToken(behind, then) {
  putToken(behind, then)
  byId('signed-in').textContent = 'Not signed in'
  byId('sign-in').open = true
  byId('token').focus()
}

// putToken puts the field behind an element, as it is.
export function putToken(behind, then) {
  goOn = then
  behind.after(byId('sign-in'))
}

byId('token-form').onsubmit = event => {
  event.preventDefault()
  useToken(byId('token').value)
  byId('token').value = ''
  byId('signed-in').textContent = 'Signed in with your token'
  byId('sign-in').open = false
  goOn()
}
