// Shows /openapi.yaml in Swagger UI, ready to try.

// The contract names the address that make run serves. What is tried here goes to the server that the page came from.
const tryHere = {
  statePlugins: {
    spec: {
      wrapActions: {
        updateJsonSpec: original => contract => original({ ...contract, servers: [{ url: '/beta', description: 'This server' }] }),
      },
    },
  },
}

const viewer = window.SwaggerUIBundle({
  url: '/openapi.yaml',
  dom_id: '#viewer',
  deepLinking: true,
  validatorUrl: null, // else it asks a server of its own
  defaultModelsExpandDepth: 0,
  plugins: [tryHere],
  onComplete: signIn,
})

// signIn authorizes the viewer where the server gives a token to everybody, which it does in development alone.
async function signIn() {
  if (document.body.dataset.development !== 'true') return
  const answer = await fetch('/dev/token', { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials' }) })
  if (answer.ok) viewer.preauthorizeApiKey('bearer', (await answer.json()).access_token)
}
