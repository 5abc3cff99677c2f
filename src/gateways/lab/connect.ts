import { connect, type Socket } from "node:net"
import { LandlineError } from "../../protocol/errors.ts"

/**
 * Connects to a lab server, in whichever family answers.
 * @throws LandlineError no_hub where nothing answers in time
 */
export function connectTo(host: string, port: number, timeoutMs: number): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true })
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      socket.destroy()
      reject(new LandlineError("no_hub", { host, port }, sentence(error, `${host}:${port}`, timeoutMs)))
    }
    const timer = setTimeout(() => fail(Object.assign(new Error(), { code: "ETIMEDOUT" })), timeoutMs)
    socket.once("error", fail)
    socket.once("connect", () => {
      clearTimeout(timer)
      socket.off("error", fail)
      resolve(socket)
    })
  })
}

function sentence({ code }: NodeJS.ErrnoException, address: string, timeoutMs: number): string {
  if (code === "ECONNREFUSED") return `No server listens at ${address}. Start one, or name another HOST:PORT.`
  if (code === "ETIMEDOUT")
    return `Nothing at ${address} answered within ${timeoutMs / 1000} s. Is the address right?`
  return `There is no way to ${address} (${code}). Is the address right?`
}
