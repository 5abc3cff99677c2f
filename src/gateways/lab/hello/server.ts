import type { Socket } from "node:net"
import type { LabPorts } from "../../../protocol/lab/diagnosis.ts"
import { readGreeting, SERVER_GREETING } from "../../../protocol/lab/hello.ts"
import { labLimits } from "../../../protocol/lab/lab-limits.ts"
import { Guest } from "../guest.ts"
import type { LabLog } from "../log.ts"
import { type GreetingTimes, hear } from "./greeting.ts"

export interface HelloSettings extends GreetingTimes {
  /** What the server says first. */
  readonly greeting: string
  /** Of the other services of this hub; left out for the stand-alone service. */
  readonly ports?: LabPorts | undefined
}

export const helloDefaults: HelloSettings = {
  greeting: SERVER_GREETING,
  timeoutMs: labLimits.helloTimeoutMs,
  pauseMs: labLimits.pauseMs,
}

/** The lab's hello service, whoever accepts its sockets. */
export class HelloServer {
  readonly #log: LabLog
  readonly #settings: HelloSettings
  readonly #guests = new Set<Guest>()

  constructor(log: LabLog, settings: HelloSettings) {
    this.#log = log
    this.#settings = settings
  }

  /** Greets a client and hears it. The socket must be one that allows a half-open end. Resolves when it has left. */
  async serve(socket: Socket): Promise<void> {
    const guest = new Guest(socket, this.#log, "main")
    this.#guests.add(guest)
    this.#log.info("main", `New client joined: ${guest.tuple}`)
    // In one call: the other end may read once and expect it whole.
    socket.write(this.#settings.greeting)
    const { bytes, late } = await hear(socket, this.#settings)
    // What was said stands, also when the connection broke behind it; that it broke has a line of its own.
    if (bytes.length > 0 || !(guest.over || socket.errored)) this.#tell(bytes, late, guest)
    guest.leave()
    await guest.closed
    this.#guests.delete(guest)
  }

  #tell(bytes: Uint8Array, late: boolean, { address }: Guest): void {
    const { timeoutMs, ports } = this.#settings
    const greeting = readGreeting(bytes, "client", { ports, timeoutMs: late ? timeoutMs : undefined })
    if ("fault" in greeting) this.#log.diagnosis(greeting.fault, address)
    else this.#log.info("main", `Client: ${greeting.text}`)
  }

  /** Closes all connections, and resolves when they are closed. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#guests].map((guest) => {
        guest.leave()
        return guest.closed
      }),
    )
  }
}
