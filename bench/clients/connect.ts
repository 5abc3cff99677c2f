import { connect as netConnect, type Socket } from "node:net"
import type { Step } from "../peers/peer.ts"

const handshakeTimeoutMs = 30_000
// One buffer for all sockets: each chunk is dealt with before the next is read.
const buffer = Buffer.allocUnsafe(256 * 1024)

/** Where what arrives goes. A chunk is only good during the call. */
export type Sink = (chunk: Buffer, socket: Socket) => void

/**
 * Connects and goes through a peer's handshake; what arrives later goes to the sink.
 * @throws Error when the server closes, or does not answer a step within 30 s
 */
export function connect(port: number, steps: readonly Step[], sink: Sink): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let step = 0
    let heard = ""
    const timer = setTimeout(
      () => fail(`no "${steps[step]?.until}" in: ${heard.slice(-500)}`),
      handshakeTimeoutMs,
    )
    const fail = (why: string) => {
      clearTimeout(timer)
      socket.destroy()
      reject(new Error(`Handshake: ${why}`))
    }
    const hear = (chunk: Buffer) => {
      heard += chunk.toString("latin1")
      for (let at = heard.indexOf(steps[step]!.until); at >= 0; at = heard.indexOf(steps[step]!.until)) {
        heard = heard.slice(at + steps[step]!.until.length)
        step++
        if (step === steps.length) {
          clearTimeout(timer)
          resolve(socket)
          return
        }
        socket.write(steps[step]!.send)
      }
    }
    const callback = (bytes: number) => {
      const chunk = buffer.subarray(0, bytes)
      if (step < steps.length) hear(chunk)
      else sink(chunk, socket)
      return true
    }
    const socket = netConnect({ port, host: "127.0.0.1", noDelay: true, onread: { buffer, callback } })
    socket.once("connect", () => {
      if (steps[0]!.send.length > 0) socket.write(steps[0]!.send)
    })
    socket.on("error", (error) => fail(error.message))
    socket.on("close", () => fail(`closed after: ${heard.slice(-500)}`))
  })
}
