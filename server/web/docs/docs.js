// Shows /openapi.yaml in Swagger UI, ready to try.

const { development, app, user, status } = document.body.dataset

// withSample is the contract with the ids that the server names, in the place of those that its examples have.
function withSample(contract) {
  const { mobileAppId, userAppInstallStatusId } = contract.components.parameters
  const another = 'deviceStatuses/another'
  const ids = [[mobileAppId.example, app], [userAppInstallStatusId.example, user], [another, status && `deviceStatuses/${status}`]]
  const named = text => ids.reduce((sofar, [example, id]) => id ? sofar.replaceAll(example, id) : sofar, text)
  return JSON.parse(JSON.stringify(contract), (_, value) => typeof value === 'string' ? named(value) : value)
}

// forTrying is the contract with what makes a trial work: this server's address instead of the one that make run has, ids
// that are there, and no value where none is required, since the viewer would send each example. One signs in with a token:
// the flow that the contract describes is an issuer's, who knows nothing of this page.
function forTrying(original) {
  const contract = withSample(original)
  const parameters = Object.entries(contract.components.parameters).map(([name, parameter]) =>
    [name, parameter.required ? parameter : { ...parameter, example: undefined }])
  return {
    ...contract,
    servers: [{ url: '/beta', description: 'This server' }],
    components: {
      ...contract.components,
      parameters: Object.fromEntries(parameters),
      securitySchemes: { bearer: contract.components.securitySchemes.bearer },
    },
  }
}

const trying = { statePlugins: { spec: { wrapActions: { updateJsonSpec: show => contract => show(forTrying(contract)) } } } }

const viewer = window.SwaggerUIBundle({
  url: '/openapi.yaml',
  dom_id: '#viewer',
  deepLinking: true,
  validatorUrl: null, // else it asks a server of its own
  defaultModelsExpandDepth: 0,
  plugins: [trying],
  onComplete: signIn,
})

// signIn authorizes the viewer where the server gives a token to everybody, which it does in development alone.
async function signIn() {
  if (development !== 'true') return
  const body = new URLSearchParams({ grant_type: 'client_credentials' })
  const answer = await fetch('/dev/token', { method: 'POST', body })
  if (answer.ok) viewer.preauthorizeApiKey('bearer', (await answer.json()).access_token)
}
