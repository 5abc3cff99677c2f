import { createSocket } from "node:dgram"
import { once } from "node:events"
import { FaultyLine, type LineFaults, type LineTruth } from "../../src/cli/line/faulty-line.ts"
import { random } from "./random.ts"

export interface UdpProxy extends Disposable {
  readonly port: number
  /** What it did so far. */
  truth(): LineTruth
}

export interface UdpProxyOptions {
  readonly seed: number
  readonly faults?: LineFaults
  /** Each datagram to the client is held for so long. */
  readonly delayMs?: number
}

/**
 * A proxy for probes between one client and a hub on this machine, which does to them what it is told and keeps count.
 * @param hub its address, `http://host:port`
 */
export async function openUdpProxy(
  hub: string,
  { seed, faults = {}, delayMs }: UdpProxyOptions,
): Promise<UdpProxy> {
  const outer = createSocket("udp4")
  const inner = createSocket("udp4")
  const hubPort = Number(new URL(hub).port)
  let clientPort = 0
  let open = true

  const toClient = (bytes: Uint8Array) => {
    const port = clientPort
    const send = () => open && outer.send(bytes, port, "127.0.0.1")
    if (delayMs === undefined) send()
    else setTimeout(send, delayMs)
  }
  const toHub = (bytes: Uint8Array) => open && inner.send(bytes, hubPort, "127.0.0.1")
  const line = new FaultyLine(faults, random(seed), toHub, toClient)
  outer.on("message", (bytes, { port }) => {
    clientPort = port
    line.up(bytes)
  })
  inner.on("message", (bytes) => line.down(bytes))
  outer.bind(0, "127.0.0.1")
  inner.bind(0, "127.0.0.1")
  await Promise.all([once(outer, "listening"), once(inner, "listening")])
  return {
    port: outer.address().port,
    truth: () => line.truth(),
    [Symbol.dispose]() {
      open = false
      outer.close()
      inner.close()
    },
  }
}
