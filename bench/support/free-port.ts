import { once } from "node:events"
import { type AddressInfo, createServer } from "node:net"

const steadyFirst = 20_000
const steadyLast = 29_999

/** For programs that take no port 0. */
export const freePort = (): Promise<number> => takeAndFree(0)

/**
 * A free port that stays free while no server has it: none that the system gives to outgoing connections, from
 * 32768 on with Linux. Clients that try such a port again and again would take it, or meet themselves on it.
 */
export async function steadyPort(): Promise<number> {
  for (;;) {
    const port = steadyFirst + Math.floor(Math.random() * (steadyLast - steadyFirst + 1))
    try {
      return await takeAndFree(port)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error
    }
  }
}

async function takeAndFree(wanted: number): Promise<number> {
  const server = createServer().listen(wanted, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, "close")
  return port
}
