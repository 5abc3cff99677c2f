import type { Socket } from "node:net"
import type { Lab } from "../../capabilities/lab/lab.ts"
import type { Trace } from "../../capabilities/lab/trace.ts"
import type { LabServiceName } from "../../protocol/lab/records.ts"
import { addressText } from "./listener.ts"

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
