// Shows /openapi.yaml in Swagger UI, ready for requests to this server.

const { development, app, user, status } = document.body.dataset

// withSample returns the contract with the sample's ids in place of its examples' ids.
function withSample(contract) {
  const { mobileAppId, userAppInstallStatusId } = contract.components.parameters
  const another = 'deviceStatuses/another'
  const ids = [[mobileAppId.example, app], [userAppInstallStatusId.example, user], [another, status && `deviceStatuses/${status}`]]
  const replaced = text => ids.reduce((result, [example, id]) => id ? result.replaceAll(example, id) : result, text)
  return JSON.parse(JSON.stringify(contract), (_, value) => typeof value === 'string' ? replaced(value) : value)
}

// forThisServer returns the contract changed so that requests from the page succeed: with this server's address, with ids that
// exist, and without examples for optional parameters, because Swagger UI would send them. Signing in takes a token: this page
// is not registered with the issuer, so the contract's OAuth flow would not work.
function forThisServer(original) {
  const contract = withSample(original)
  const parameters = Object.entries(contract.components.parameters).map(([name, parameter]) =>
    [name, parameter.required ? parameter : { ...parameter, example: undefined }])
  return {
    ...contract,
    servers: [{ url: '/beta', description: 'This server' }],
    components: {
      ...contract.components,
      parameters: Object.fromEntries(parameters),
      securitySchemes: { token: contract.components.securitySchemes.token },
    },
  }
}

const plugin = { statePlugins: { spec: { wrapActions: { updateJsonSpec: show => contract => show(forThisServer(contract)) } } } }

const viewer = window.SwaggerUIBundle({
  url: '/openapi.yaml',
  dom_id: '#viewer',
  deepLinking: true,
  validatorUrl: null, // the default sends the contract to another server
  defaultModelsExpandDepth: 0,
  plugins: [plugin],
  onComplete: signIn,
})

// signIn authorizes Swagger UI with a token from a development server.
async function signIn() {
  if (development !== 'true') return
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  const answer = await fetch('/dev/token', { method: 'POST', body })
  if (answer.ok) viewer.preauthorizeApiKey('token', (await answer.json()).access_token)
}
