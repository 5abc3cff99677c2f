import type { TriedReport } from "../../protocol/lab/records.ts"
import { HubHttp } from "../files/hub-http.ts"
import type { HubOptions } from "../hub-options.ts"

/**
 * Tells a hub with a lab what was found out about a server, for its table (PROTOCOL.md 14).
 * @throws LandlineError no_hub; not_found where the hub serves no lab; forbidden; bad_request
 */
export async function reportTried(options: HubOptions, report: TriedReport): Promise<void> {
  const hub = new HubHttp(options)
  const headers = { "content-type": "application/json" }
  const body = Buffer.from(JSON.stringify(report))
  await hub.text(await hub.request("POST", "lab/table", { headers, body }))
}
