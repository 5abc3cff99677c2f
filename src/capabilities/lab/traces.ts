import type { Clock } from "../../core/clock.ts"
import { labLimits } from "../../protocol/lab/lab-limits.ts"
import type { LabServiceName, Transport } from "../../protocol/lab/records.ts"
import { Trace } from "./trace.ts"

/** The last connections to the lab's services, and the last peers over UDP. */
export class LabTraces {
  readonly #clock: Clock
  readonly #traces = new Map<number, Trace>() // the oldest first
  readonly #talking = new Map<string, Trace>() // open ones over UDP, by peer
  #lastId = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param peer `127.0.0.1:5000` @param service undefined where two share the port */
  open(peer: string, service: LabServiceName | undefined, transport: Transport = "tcp"): Trace {
    const trace = new Trace(++this.#lastId, peer, service, this.#clock.now(), transport)
    this.#traces.set(trace.id, trace)
    const all = [...this.#traces.values()]
    const datagrams = all.filter((one) => one.transport === "udp")
    // Whoever forges addresses over UDP takes the place of others over UDP alone.
    if (datagrams.length > labLimits.datagramTracesMax) this.#forgetOneOf(datagrams)
    else if (all.length > labLimits.tracesMax) this.#forgetOneOf(all)
    if (transport === "udp") this.#talking.set(peer, trace)
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

  /** The open one of a peer over UDP. */
  talking(peer: string): Trace | undefined {
    return this.#talking.get(peer)
  }

  /** Those over UDP of which nothing came for a while; they are talking no more. */
  takeIdle(): Trace[] {
    const before = this.#clock.now() - labLimits.datagramIdleMs
    const idle = [...this.#talking.values()].filter(({ last }) => last <= before)
    for (const { peer } of idle) this.#talking.delete(peer)
    return idle
  }

  /**
   * The oldest of whoever has the most: one program that connects all the time does not cost the others theirs.
   * Over UDP first one who never came back, as forged addresses do not.
   * @param traces the newest one last: that one stays
   */
  #forgetOneOf(traces: readonly Trace[]): void {
    const counts = new Map<string, number>()
    for (const { address } of traces) counts.set(address, (counts.get(address) ?? 0) + 1)
    const most = Math.max(...counts.values())
    const those = traces.slice(0, -1).filter(({ address }) => counts.get(address) === most)
    const { id, peer } =
      those.find(({ transport, cameBack }) => transport === "udp" && !cameBack) ?? those[0]!
    this.#traces.delete(id)
    if (this.#talking.get(peer)?.id === id) this.#talking.delete(peer)
  }
}
