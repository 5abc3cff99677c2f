import type { Clock } from "../../core/clock.ts"
import { LandlineError } from "../../protocol/errors.ts"
import type { Diagnosis } from "../../protocol/lab/diagnosis.ts"
import type { LabServiceName, TableRow, TriedReport } from "../../protocol/lab/records.ts"
import { LabTable } from "./table.ts"
import { type Trace, withoutPort } from "./trace.ts"
import { LabTraces } from "./traces.ts"

/** Where a service listens. */
export interface LabPort {
  readonly service: LabServiceName
  readonly port: number
}

/** What the hub saw of programs that use its lab, or were tried. */
export class Lab {
  #room = ""
  #services: readonly LabPort[] = []
  readonly #clock: Clock
  readonly #traces: LabTraces
  readonly #table = new LabTable()

  constructor(clock: Clock) {
    this.#clock = clock
    this.#traces = new LabTraces(clock)
  }

  /** Its services run. @param room in which their programs talk */
  begin(room: string, services: readonly LabPort[]): void {
    this.#room = room
    this.#services = services
  }

  /** In which programs talk; empty before it begins. */
  get room(): string {
    return this.#room
  }

  get services(): readonly LabPort[] {
    return this.#services
  }

  /** A connection begins. @param service undefined where two share the port */
  opened(peer: string, service: LabServiceName | undefined): Trace {
    return this.#traces.open(peer, service)
  }

  /** What a peer over UDP goes on with: its last datagram was not long ago. */
  talking(peer: string): Trace | undefined {
    this.#closeIdle()
    return this.#traces.talking(peer)
  }

  /** A peer over UDP begins. */
  talks(peer: string, service: LabServiceName): Trace {
    return this.#traces.open(peer, service, "udp")
  }

  /** It is over. @param broken in the middle of whatever it was */
  closed(trace: Trace, broken: boolean): void {
    const time = this.#clock.now()
    trace.close(time)
    if (!broken) this.#praise(trace, time)
  }

  /** Peers over UDP say no goodbye. */
  #closeIdle(): void {
    for (const trace of this.#traces.takeIdle()) {
      trace.close(trace.last)
      if (trace.answered) this.#praise(trace, trace.last)
    }
  }

  /** Notes what a program can that made no mistake. */
  #praise(trace: Trace, time: number): void {
    const bytes = trace.beginning("client")
    if (trace.diagnosed || !trace.service || bytes.length === 0) return
    const program = programOf(trace, trace.service)
    const isForgeable = trace.transport === "udp"
    this.#table.note(program, { case: "as-documented", verdict: "pass", demand: "basic", time }, isForgeable)
    if (TEXTS.includes(trace.service) && bytes.some((byte) => byte > 0x7f))
      this.#table.note(program, { case: "non-ascii", verdict: "pass", time }, isForgeable)
  }

  /** A service found fault with a client. @param peer `127.0.0.1:5000` */
  diagnosed(diagnosis: Diagnosis, peer: string): void {
    const time = this.#clock.now()
    const trace = this.#traces.of(peer)
    trace?.diagnose(diagnosis, time)
    if (trace && !trace.service) return
    const program = trace?.service
      ? programOf(trace, trace.service)
      : ({ service: "ping", role: "client", address: withoutPort(peer) } as const) // over UDP, of too many
    const { case: name = "other", byte, expected, got, mend } = diagnosis
    const say = `byte ${byte}: expected ${expected}, got ${got}. ${mend}`
    this.#table.note(program, { case: name, verdict: "fail", say, time }, trace?.transport !== "tcp")
  }

  /** The traces that somebody at this address may see, the newest first. */
  traces(address: string): Trace[] {
    this.#closeIdle()
    return this.#traces.all().filter((trace) => maySee(address, trace))
  }

  /** One that somebody at this address may see. @throws LandlineError not_found */
  trace(id: number, address: string): Trace {
    this.#closeIdle()
    const trace = this.#traces.get(id)
    if (trace && maySee(address, trace)) return trace
    throw new LandlineError("not_found", {}, "The hub has no trace of that number, or none for you.")
  }

  /**
   * Takes what somebody at this address found out about a server.
   * @throws LandlineError forbidden for a machine that is neither theirs, unless they are at the hub's own
   */
  tried({ service, host, name, results }: TriedReport, reporter: string): void {
    const address = isLoopback(host) ? reporter : host
    if (address !== reporter && !isLoopback(reporter))
      throw new LandlineError(
        "forbidden",
        {},
        "The hub takes results about another machine only from its own. Try the server from where it runs.",
      )
    const time = this.#clock.now()
    for (const result of results)
      this.#table.note({ service, role: "server", address, name }, { ...result, time })
  }

  table(): TableRow[] {
    this.#closeIdle()
    return this.#table.all()
  }
}

/** Services whose clients send text as it is. */
const TEXTS: readonly LabServiceName[] = ["chat", "hello", "ping"]

const programOf = ({ address, name }: Trace, service: LabServiceName) =>
  ({ service, role: "client", address, name }) as const

const maySee = (address: string, trace: Trace): boolean => isLoopback(address) || address === trace.address

/** The hub's own machine: whoever runs the hub sits there. */
const isLoopback = (address: string): boolean =>
  /^127(\.\d{1,3}){3}$/.test(address) || address === "::1" || address === "localhost"
