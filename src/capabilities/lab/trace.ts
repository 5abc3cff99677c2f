import { concat } from "../../protocol/lab/bytes.ts"
import type { Diagnosis } from "../../protocol/lab/diagnosis.ts"
import { labLimits } from "../../protocol/lab/lab-limits.ts"
import { drawDatagrams, drawParts, programName } from "../../protocol/lab/parts.ts"
import type {
  LabServiceName,
  Side,
  TimedDiagnosis,
  TraceAnswer,
  TraceSummary,
  Transport,
} from "../../protocol/lab/records.ts"

/** What one read or write carried. */
export interface Piece {
  readonly time: number
  readonly from: Side
  /** Place in what that side has sent. */
  readonly at: number
  readonly bytes: Uint8Array
}

const HALF_BYTES = labLimits.traceBytesMax / 2
const HALF_PIECES = labLimits.tracePiecesMax / 2

/** One connection, or one peer's datagrams, in both directions: its beginning, and as much of its end. */
export class Trace {
  readonly id: number
  /** `127.0.0.1:5000` */
  readonly peer: string
  /** The peer's, without the port. */
  readonly address: string
  /** Undefined while the client has not shown which of two services it wants. */
  service: LabServiceName | undefined
  readonly transport: Transport
  readonly #opened: number
  #last: number // when something came or went
  #closed: number | undefined
  readonly #bytes: Record<Side, number> = { client: 0, server: 0 }
  #fromClient = 0 // pieces
  #lastAt = 0 // place of the client's last piece
  readonly #head: Piece[] = []
  #headBytes = 0
  #headFull = false
  readonly #tail: Piece[] = []
  #tailBytes = 0
  readonly #diagnoses: TimedDiagnosis[] = []

  constructor(
    id: number,
    peer: string,
    service: LabServiceName | undefined,
    opened: number,
    transport: Transport = "tcp",
  ) {
    this.id = id
    this.peer = peer
    this.address = withoutPort(peer)
    this.service = service
    this.transport = transport
    this.#opened = opened
    this.#last = opened
  }

  /** @param bytes copied; none: an empty datagram @param time ms since 1970 */
  add(from: Side, bytes: Uint8Array, time: number): void {
    const at = this.#bytes[from]
    this.#bytes[from] += bytes.length
    this.#last = time
    if (from === "client") {
      this.#fromClient++
      this.#lastAt = at
    }
    const room = this.#headFull ? 0 : Math.min(bytes.length, HALF_BYTES - this.#headBytes)
    const isWhole = room === bytes.length && !this.#headFull
    if (room > 0 || isWhole) {
      this.#head.push({ time, from, at, bytes: bytes.slice(0, room) })
      this.#headBytes += room
    }
    this.#headFull ||= room < bytes.length || this.#head.length >= HALF_PIECES
    if (!isWhole) this.#addToTail(from, at + room, bytes.subarray(room), time)
  }

  /** What it makes of the client, and when. Of a datagram the byte is counted from its own beginning. */
  diagnose(diagnosis: Diagnosis, time: number): void {
    const byte = diagnosis.byte + (this.transport === "udp" ? this.#lastAt : 0)
    if (this.#diagnoses.length < labLimits.traceDiagnosesMax)
      this.#diagnoses.push({ ...diagnosis, byte, time })
  }

  close(time: number): void {
    this.#closed ??= time
  }

  /** When something came or went last; ms since 1970. */
  get last(): number {
    return this.#last
  }

  /** The client has sent more than once. */
  get cameBack(): boolean {
    return this.#fromClient > 1
  }

  /** The service has sent something. */
  get answered(): boolean {
    return this.#bytes.server > 0
  }

  get diagnosed(): boolean {
    return this.#diagnoses.length > 0
  }

  /** All that a side sent up to the first gap. */
  beginning(from: Side): Uint8Array {
    return concat(this.#head.filter((piece) => piece.from === from).map(({ bytes }) => bytes))
  }

  /** What the program calls itself, where its protocol has names. */
  get name(): string | undefined {
    return this.service && programName(this.service, this.beginning("client"))
  }

  summary(): TraceSummary {
    const { id, service, transport, peer, name } = this
    return {
      ...{ id, service, transport, peer, name, opened: this.#opened, closed: this.#closed },
      bytes: { ...this.#bytes },
      diagnoses: [...this.#diagnoses],
    }
  }

  whole(): TraceAnswer {
    const all = [...this.#head, ...this.#tail]
    const ended = this.#closed !== undefined && this.#tail.length === 0
    return {
      ...this.summary(),
      pieces: all.map(({ bytes, ...piece }) => ({ ...piece, base64: Buffer.from(bytes).toString("base64") })),
      parts: this.service ? this.#parts(this.service, ended) : { client: [], server: [] },
    }
  }

  #parts(service: LabServiceName, ended: boolean): TraceAnswer["parts"] {
    return this.transport === "udp" ? drawDatagrams(this.#head) : drawParts(service, this.#head, ended)
  }

  #addToTail(from: Side, at: number, bytes: Uint8Array, time: number): void {
    const skipped = Math.max(0, bytes.length - HALF_BYTES)
    this.#tail.push({ time, from, at: at + skipped, bytes: bytes.slice(skipped) })
    this.#tailBytes += bytes.length - skipped
    while (this.#tailBytes > HALF_BYTES || this.#tail.length > HALF_PIECES)
      this.#tailBytes -= this.#tail.shift()!.bytes.length
  }
}

/** `[::1]:5000` and `127.0.0.1:5000`, without the port. */
export const withoutPort = (peer: string): string => peer.replace(/:\d+$/, "").replace(/^\[|\]$/g, "")
