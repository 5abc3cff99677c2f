import { createSocket } from "node:dgram"
import { once } from "node:events"
import { isIPv6 } from "node:net"
import { parentPort, workerData } from "node:worker_threads"
import { limits } from "../../protocol/limits.ts"
import { unixMs } from "../../protocol/unix-ms.ts"
import { ProbeSources } from "./probe-sources.ts"
import type { UdpData, UdpMessage } from "./udp.ts"

/** The thread that answers UDP probes. A flood of them takes its time, and not that of the hub. */

const { addresses, port, rate } = workerData as UdpData
const { probeRunsMax: runsMax, probeSourcesMax: sourcesMax } = limits
const sources = new ProbeSources({ now: unixMs, runsMax, sourcesMax, rate })

// Of several, of which one is for all addresses, the most exact one gets the probe.
const shared = addresses.some((address) => address === "::" || address === "0.0.0.0")
const sockets = addresses.map((address) => {
  const socket = createSocket({ type: isIPv6(address) ? "udp6" : "udp4", reuseAddr: shared })
  socket.on("message", (bytes, from) => {
    if (sources.answer(bytes, from)) socket.send(bytes, from.port, from.address, () => {}) // one that cannot be sent is lost
  })
  return { address, socket }
})

const tell = (message: UdpMessage) => parentPort!.postMessage(message)

try {
  for (const { address, socket } of sockets) {
    socket.bind({ address, port })
    await once(socket, "listening")
    socket.on("error", () => {})
  }
  tell("listening")
} catch (error) {
  tell({ code: (error as NodeJS.ErrnoException).code ?? "unknown" })
}
