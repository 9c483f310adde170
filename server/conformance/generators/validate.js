// Validates bodies of a PATCH with Node's libraries for contracts: one that the server accepts, and one that it refuses.
const fs = require('fs')
const yaml = require('js-yaml')
const Enforcer = require('openapi-enforcer')
const express = require('express')
const validator = require('express-openapi-validator')

const contract = process.argv[2]
const path = '/deviceAppManagement/mobileApps/app/deviceStatuses/x'
const headers = { 'content-type': 'application/json' }
const valid = {
  id: 'x', '@odata.type': '#microsoft.graph.mobileAppInstallStatus', installState: 'failed', osDescription: null,
  lastSyncDateTime: '2017-01-01T00:02:49.3205976-08:00',
}
const invalid = { installState: 'faild' }

async function check(tool, accepts) {
  if (!(await accepts(valid)) || (await accepts(invalid))) throw new Error(`does not hold: ${tool} validates a PATCH`)
  console.log('holds:', tool, 'validates a PATCH')
}

async function main() {
  const [enforcer, error] = await Enforcer(yaml.load(fs.readFileSync(contract, 'utf8')), { fullResult: true })
  if (error) throw error
  await check('openapi-enforcer', (body) => {
    const [, refusal] = enforcer.request({ method: 'PATCH', path, headers, body })
    return !refusal
  })

  const app = express()
  app.use(express.json(), validator.middleware({ apiSpec: contract, validateRequests: true, validateSecurity: false }))
  app.use((request, response) => response.sendStatus(200))
  app.use((refusal, request, response, next) => response.sendStatus(refusal.status || 500))
  const server = app.listen(0, '127.0.0.1')
  await new Promise((ready) => server.once('listening', ready))
  const origin = `http://127.0.0.1:${server.address().port}/beta`
  await check('express-openapi-validator', async (body) =>
    (await fetch(origin + path, { method: 'PATCH', headers, body: JSON.stringify(body) })).status === 200)
  server.close()
}

main().catch((error) => {
  console.error(String(error))
  process.exit(1)
})
