import { Api, ResultantAppState } from './swagger-typescript-api/api'

async function main() {
  const client = new Api<string>({
    baseUrl: process.env.SERVER + '/beta',
    securityWorker: (token) => ({ headers: { Authorization: `Bearer ${token}` } }),
  })
  client.setSecurityData(process.env.TOKEN ?? null)
  const { data } = await client.deviceAppManagement.updateDeviceStatus('swagger-typescript-api', 'id',
    { installState: ResultantAppState.Failed, osDescription: null }, { headers: { Prefer: 'create-if-missing' } })
  if (data.installState !== ResultantAppState.Failed || data.osDescription !== null) throw new Error(JSON.stringify(data))
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
