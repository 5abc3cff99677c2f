import { type HubOptions, startHub } from "../../src/hub/hub.ts"
import type { SettingName } from "../../src/hub/settings.ts"

/**
 * An address of loopback that no other test process listens on: the lab of a class takes the ports of its documents,
 * and tests run side by side.
 */
export const CLASS_HOST = `127.${64 + ((process.pid >> 16) & 63)}.${(process.pid >> 8) & 255}.${process.pid & 255 || 255}`

/** Why a test skips it. */
export const noClassHost =
  process.platform !== "linux" && "only Linux answers at every address of 127.0.0.0/8"

/** A hub as `landline serve --lab` starts it. */
export async function startClassHub(given: { [K in SettingName]?: unknown } = {}, options: HubOptions = {}) {
  const all = { port: 0, data: ":memory:", lab: true, host: CLASS_HOST, ...given }
  const hub = await startHub(all, options)
  return { ...hub, address: `http://${CLASS_HOST}:${hub.port}` }
}
