import { Configuration, DeviceStatusesApi, ResultantAppState } from './typescript-fetch/index'

async function main() {
  const client = new DeviceStatusesApi(new Configuration({ basePath: process.env.SERVER + '/beta', accessToken: process.env.TOKEN }))
  const status = await client.updateDeviceStatus({
    mobileAppId: 'typescript-fetch',
    mobileAppInstallStatusId: 'id',
    mobileAppInstallStatusInput: { installState: ResultantAppState.Failed, osDescription: null },
    prefer: 'create-if-missing',
  })
  if (status?.installState !== ResultantAppState.Failed || status.osDescription !== null) throw new Error(JSON.stringify(status))
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
