import type { Socket } from "node:net"
import type { Lab } from "../../capabilities/lab/lab.ts"
import type { Trace } from "../../capabilities/lab/trace.ts"
import { labLimits } from "../../protocol/lab/lab-limits.ts"
import type { LabServiceName } from "../../protocol/lab/records.ts"
import type { Peer } from "./datagrams.ts"
import { addressText } from "./listener.ts"
import { PerSecond } from "./per-second.ts"

/**
 * Keeps what goes through a connection, as it is read from the system and as the service writes it.
 * @param service undefined where two share the port
 */
export function record(lab: Lab, socket: Socket, service: LabServiceName | undefined): Trace {
  const trace = lab.opened(addressText(socket.remoteAddress, socket.remotePort), service)
  const { push, write, end } = socket
  const add = (from: "client" | "server", chunk: unknown) => {
    if (typeof chunk === "string") trace.add(from, Buffer.from(chunk), Date.now())
    else if (chunk instanceof Uint8Array) trace.add(from, chunk, Date.now())
  }
  // Every read passes here once, whoever listens; what a service puts back and reads again does not.
  socket.push = (chunk, encoding) => {
    add("client", chunk)
    return push.call(socket, chunk, encoding)
  }
  socket.write = ((...words: Parameters<Socket["write"]>) => {
    if (socket.writable) add("server", words[0])
    return write.apply(socket, words)
  }) as Socket["write"]
  socket.end = ((...words: Parameters<Socket["end"]>) => {
    if (socket.writable) add("server", words[0])
    return end.apply(socket, words)
  }) as Socket["end"]
  socket.once("close", () => lab.closed(trace, socket.errored !== null))
  return trace
}

/** Sees the datagrams of a service: those that came before it has read them, and those that go. */
export interface DatagramWatch {
  came(bytes: Uint8Array, from: Peer): void
  went(bytes: Uint8Array, to: Peer): void
}

/** Keeps what comes from each address and port, and what goes back. */
export function recordDatagrams(lab: Lab, service: LabServiceName): DatagramWatch {
  const begins = new PerSecond(labLimits.datagramTracesPerSecondMax)
  const peerText = ({ address, port }: Peer) => addressText(address, port)
  return {
    came(bytes, from) {
      const peer = peerText(from)
      const trace = lab.talking(peer) ?? (begins.take() ? lab.talks(peer, service) : undefined)
      trace?.add("client", bytes, Date.now())
    },
    went: (bytes, to) => lab.talking(peerText(to))?.add("server", bytes, Date.now()),
  }
}
