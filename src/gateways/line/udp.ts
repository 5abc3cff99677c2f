import { once } from "node:events"
import { networkInterfaces } from "node:os"
import { setTimeout as sleep } from "node:timers/promises"
import { Worker } from "node:worker_threads"

export interface UdpData {
  /** Where the hub listens. */
  readonly addresses: readonly string[]
  readonly port: number
  /** Probes a second that are answered to one source. */
  readonly rate: number
}

export type UdpMessage = "listening" | { readonly code: string }

const TRIES = 10 // the number may be somebody's for a moment, since it was not asked for as a UDP port
const AGAIN_MS = 50
const REOPEN_MS = 1_000

/** The UDP door for probes, in a thread of its own. */
export class UdpDoor {
  readonly #data: UdpData
  readonly #onError: (error: unknown) => void
  #worker: Worker
  #reopening: NodeJS.Timeout | undefined

  private constructor(data: UdpData, onError: (error: unknown) => void, worker: Worker) {
    this.#data = data
    this.#onError = onError
    this.#worker = worker
    this.#watch()
  }

  /**
   * @param onError told when the thread dies; it is begun again
   * @returns undefined where the port cannot be had for UDP: then probes go over TCP only
   */
  static async open(data: UdpData, onError: (error: unknown) => void): Promise<UdpDoor | undefined> {
    const each = { ...data, addresses: eachAddress(data.addresses) }
    const worker = await begin(each)
    return worker && new UdpDoor(each, onError, worker)
  }

  async close(): Promise<void> {
    clearTimeout(this.#reopening)
    this.#worker.removeAllListeners("exit")
    await this.#worker.terminate()
  }

  #watch(): void {
    this.#worker.on("error", this.#onError)
    this.#worker.once("exit", () => this.#reopen())
  }

  #reopen(): void {
    this.#reopening = setTimeout(async () => {
      const worker = await begin(this.#data)
      if (!worker) return this.#reopen()
      this.#worker = worker
      this.#watch()
    }, REOPEN_MS).unref()
  }
}

/** @returns undefined where the port is somebody else's */
async function begin(data: UdpData): Promise<Worker | undefined> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const worker = new Worker(new URL("./udp-worker.ts", import.meta.url), {
      workerData: data,
      resourceLimits: { maxYoungGenerationSizeMb: 3 },
    })
    const [message] = (await once(worker, "message")) as [UdpMessage]
    if (message === "listening") {
      worker.unref()
      return worker
    }
    await worker.terminate()
    if (message.code !== "EADDRINUSE") return undefined
    await sleep(AGAIN_MS)
  }
  return undefined
}

/**
 * A reply must come from the address that was asked. A socket for all addresses answers from whichever the system
 * likes, so each address that there is now gets one of its own; the one for all stays for those that come later.
 */
function eachAddress(addresses: readonly string[]): string[] {
  if (!addresses.includes("::") && !addresses.includes("0.0.0.0")) return [...addresses]
  const both = addresses.includes("::")
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  const fitting = own.filter(({ family, scopeid }) => (family === "IPv4" ? true : both && !scopeid))
  return [...fitting.map(({ address }) => address), ...addresses]
}
