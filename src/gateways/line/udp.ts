import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { Worker } from "node:worker_threads"

export interface UdpData {
  readonly addresses: readonly string[]
  readonly port: number
  /** Probes a second that are answered to one source. */
  readonly rate: number
}

export type UdpMessage = "listening" | { readonly code: string }

const TRIES = 10 // the number may be somebody's for a moment, since it was not asked for as a UDP port
const AGAIN_MS = 50

/** The UDP door for probes, in a thread of its own. */
export class UdpDoor {
  readonly #worker: Worker

  private constructor(worker: Worker) {
    this.#worker = worker
  }

  /**
   * @param onError told when the thread dies: no probe is answered from then on
   * @returns undefined where the port cannot be had for UDP: then probes go over TCP only
   */
  static async open(data: UdpData, onError: (error: unknown) => void): Promise<UdpDoor | undefined> {
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const worker = new Worker(new URL("./udp-worker.ts", import.meta.url), {
        workerData: data,
        resourceLimits: { maxYoungGenerationSizeMb: 3 },
      })
      worker.on("error", onError)
      const [message] = (await once(worker, "message")) as [UdpMessage]
      if (message === "listening") {
        worker.unref()
        return new UdpDoor(worker)
      }
      await worker.terminate()
      if (message.code !== "EADDRINUSE") return undefined
      await sleep(AGAIN_MS)
    }
    return undefined
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}
