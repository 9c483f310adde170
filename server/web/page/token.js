// The token field. It moves to the place on the page that needs a token.

import { useToken } from './client.js'
import { byId } from './dom.js'

let onToken

// askForToken opens the field after an element, and calls then when the user has entered a token.
export function askForToken(sibling, then) {
  placeToken(sibling, then)
  byId('signed-in').textContent = 'Not signed in'
  byId('sign-in').open = true
  byId('token').focus()
}

// placeToken moves the field after an element, and leaves it open or closed.
export function placeToken(sibling, then) {
  onToken = then
  sibling.after(byId('sign-in'))
}

byId('token-form').onsubmit = event => {
  event.preventDefault()
  useToken(byId('token').value)
  byId('token').value = ''
  byId('signed-in').textContent = 'Signed in with your token'
  byId('sign-in').open = false
  onToken()
}
