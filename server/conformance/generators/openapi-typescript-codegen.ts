import { ApiError, DeviceStatusesService, OpenAPI, ResultantAppState } from './openapi-typescript-codegen/index'

async function main() {
  OpenAPI.BASE = process.env.SERVER + '/beta'
  OpenAPI.TOKEN = process.env.TOKEN
  const change = { installState: ResultantAppState.FAILED, osDescription: null }
  const status = await DeviceStatusesService.updateDeviceStatus('openapi-typescript-codegen', 'id', change, undefined, undefined, 'create-if-missing')
  if (status.installState !== ResultantAppState.FAILED || status.osDescription !== null) throw new Error(JSON.stringify(status))
  const refused = await DeviceStatusesService.updateDeviceStatus('openapi-typescript-codegen', 'another', change).catch((error) => error)
  if (!(refused instanceof ApiError) || refused.status !== 404) throw refused
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
