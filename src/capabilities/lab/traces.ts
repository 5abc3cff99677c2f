import type { Clock } from "../../core/clock.ts"
import { labLimits } from "../../protocol/lab/lab-limits.ts"
import type { LabServiceName } from "../../protocol/lab/records.ts"
import { Trace } from "./trace.ts"

/** The last connections to the lab's services. */
export class LabTraces {
  readonly #clock: Clock
  readonly #traces = new Map<number, Trace>() // the oldest first
  #lastId = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param peer `127.0.0.1:5000` @param service undefined where two share the port */
  open(peer: string, service: LabServiceName | undefined): Trace {
    const trace = new Trace(++this.#lastId, peer, service, this.#clock.now())
    this.#traces.set(trace.id, trace)
    if (this.#traces.size > labLimits.tracesMax) this.#forgetOne()
    return trace
  }

  get(id: number): Trace | undefined {
    return this.#traces.get(id)
  }

  /** The newest first. */
  all(): Trace[] {
    return [...this.#traces.values()].reverse()
  }

  /** The newest one of a peer. */
  of(peer: string): Trace | undefined {
    return this.all().find((trace) => trace.peer === peer)
  }

  /** The oldest of whoever has the most: one program that connects all the time does not cost the others theirs. */
  #forgetOne(): void {
    const counts = new Map<string, number>()
    for (const { address } of this.#traces.values()) counts.set(address, (counts.get(address) ?? 0) + 1)
    const most = Math.max(...counts.values())
    const oldest = [...this.#traces.values()].find(({ address }) => counts.get(address) === most)
    this.#traces.delete(oldest!.id)
  }
}
