import { concat } from "../../protocol/lab/bytes.ts"
import type { Diagnosis } from "../../protocol/lab/diagnosis.ts"
import { labLimits } from "../../protocol/lab/lab-limits.ts"
import { drawParts, programName } from "../../protocol/lab/parts.ts"
import type {
  LabServiceName,
  Side,
  TimedDiagnosis,
  TraceAnswer,
  TraceSummary,
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

/** One connection, in both directions: its beginning, and as much of its end. */
export class Trace {
  readonly id: number
  /** `127.0.0.1:5000` */
  readonly peer: string
  /** The peer's, without the port. */
  readonly address: string
  /** Undefined while the client has not shown which of two services it wants. */
  service: LabServiceName | undefined
  readonly #opened: number
  #closed: number | undefined
  readonly #bytes: Record<Side, number> = { client: 0, server: 0 }
  readonly #head: Piece[] = []
  #headBytes = 0
  #headFull = false
  readonly #tail: Piece[] = []
  #tailBytes = 0
  readonly #diagnoses: TimedDiagnosis[] = []

  constructor(id: number, peer: string, service: LabServiceName | undefined, opened: number) {
    this.id = id
    this.peer = peer
    this.address = withoutPort(peer)
    this.service = service
    this.#opened = opened
  }

  /** @param bytes copied @param time ms since 1970 */
  add(from: Side, bytes: Uint8Array, time: number): void {
    const at = this.#bytes[from]
    this.#bytes[from] += bytes.length
    const room = this.#headFull ? 0 : Math.min(bytes.length, HALF_BYTES - this.#headBytes)
    if (room > 0) {
      this.#head.push({ time, from, at, bytes: bytes.slice(0, room) })
      this.#headBytes += room
    }
    this.#headFull ||= room < bytes.length || this.#head.length >= HALF_PIECES
    if (room < bytes.length) this.#addToTail(from, at + room, bytes.subarray(room), time)
  }

  /** What it makes of the client, and when. */
  diagnose(diagnosis: Diagnosis, time: number): void {
    if (this.#diagnoses.length < labLimits.traceDiagnosesMax) this.#diagnoses.push({ ...diagnosis, time })
  }

  close(time: number): void {
    this.#closed ??= time
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
    const { id, service, peer, name } = this
    return {
      ...{ id, service, peer, name, opened: this.#opened, closed: this.#closed },
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
      parts: this.service ? drawParts(this.service, this.#head, ended) : { client: [], server: [] },
    }
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
