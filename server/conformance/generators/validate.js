// Validates the bodies of bodies.json as those of a PATCH, with one of Node's libraries for contracts.
const fs = require('fs')

const [tool, contract] = process.argv.slice(2)
const path = '/deviceAppManagement/mobileApps/app/deviceStatuses/x'
const headers = { 'content-type': 'application/json' }
const bodies = require('./bodies.json')

async function enforcer() {
  const [openapi, error] = await require('openapi-enforcer')(require('js-yaml').load(fs.readFileSync(contract, 'utf8')), { fullResult: true })
  if (error) throw error
  return async (body) => {
    const [, refusal] = openapi.request({ method: 'PATCH', path, headers, body })
    return !refusal
  }
}

async function validator() {
  const express = require('express')
  const app = express()
  app.use(express.json(), require('express-openapi-validator').middleware({ apiSpec: contract, validateRequests: true, validateSecurity: false }))
  app.use((request, response) => response.sendStatus(200))
  app.use((refusal, request, response, next) => response.sendStatus(refusal.status || 500))
  const server = app.listen(0, '127.0.0.1')
  await new Promise((ready) => server.once('listening', ready))
  const address = `http://127.0.0.1:${server.address().port}/beta${path}`
  return async (body) => {
    const { status } = await fetch(address, { method: 'PATCH', headers, body: JSON.stringify(body) })
    if (status !== 200 && status !== 400) throw new Error(`${tool} answers ${status}`)
    return status === 200
  }
}

async function main() {
  const accepts = await { 'openapi-enforcer': enforcer, 'express-openapi-validator': validator }[tool]()
  for (const body of bodies.valid) if (!(await accepts(body))) throw new Error(`${tool} refuses ${JSON.stringify(body)}`)
  for (const body of bodies.invalid) if (await accepts(body)) throw new Error(`${tool} accepts ${JSON.stringify(body)}`)
  process.exit(0)
}

main().catch((error) => {
  console.error(String(error))
  process.exit(1)
})
