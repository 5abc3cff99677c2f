import { crc32 } from "./crc32.ts"

/**
 * A probe: what is sent to measure a line, and comes back as long as it went (PROTOCOL.md section 12). Big-endian;
 * the same bytes in a UDP datagram, in a binary WebSocket message, and one after the other on a TCP connection.
 *
 * | byte | | |
 * |---|---|---|
 * | 0 | u32 | `LLP1` |
 * | 4 | u8, u8 | kind; 0 |
 * | 6 | u16 | bytes of the whole probe |
 * | 8 | u64 | run: a random number below 2^53 that all probes of one measurement bear |
 * | 16 | u32 | sequence: 1, 2, 3 ... |
 * | 20 | u32 × 3 | in a reply: probes of this run that came in so far, duplicates among what came, and reordered |
 * | 32 | f64 | ms since 1970 at which it was sent |
 * | 40 | f64 × 2 | in a reply: ms since 1970 at which the hub received it, and sent the reply |
 * | 56 | u32 | CRC-32 of the payload: as sent, in a reply as received |
 * | 60 | u32 | CRC-32 of the 60 bytes before |
 * | 64 | | payload: `probePayload` of run and sequence; a reply brings back what was received |
 */
export const PROBE_HEAD_BYTES = 64
/** What one UDP datagram holds (RFC 768: 65,535 less both headers). */
export const PROBE_BYTES_MAX = 65_507
/** Where probes are taken over TCP and WebSocket, and what an HTTP Upgrade to plain TCP asks for. */
export const PROBE_PATH = "/probe"
export const PROBE_UPGRADE = "landline-probe"

/** `tally` asks for the counts of a run, and is not counted itself. */
export const KINDS = { probe: 1, reply: 2, tally: 3, tallied: 4 } as const
export type ProbeKind = keyof typeof KINDS
const KIND_NAMES = Object.fromEntries(Object.entries(KINDS).map(([name, value]) => [value, name]))

const MAGIC = 0x4c4c5031

export interface Probe {
  readonly kind: ProbeKind
  readonly bytes: number
  readonly run: number
  readonly seq: number
  readonly received: number
  readonly duplicates: number
  readonly reordered: number
  readonly sentMs: number
  readonly hubReceivedMs: number
  readonly hubSentMs: number
  readonly payloadCrc: number
}

/** The bytes of a probe that is about to be sent again and again, with only sequence and stamp new each time. */
export class ProbeWriter {
  readonly bytes: Uint8Array
  readonly #view: DataView
  readonly #run: number

  /** @param run 1 to 2^53 - 1 @param size `PROBE_HEAD_BYTES` to `PROBE_BYTES_MAX` */
  constructor(run: number, size: number) {
    this.bytes = new Uint8Array(size)
    this.#run = run
    this.#view = new DataView(this.bytes.buffer)
    this.#view.setUint32(0, MAGIC)
    this.#view.setUint16(6, size)
    setRun(this.#view, run)
  }

  /** Writes the next probe into `bytes`. @param sentMs ms since 1970 */
  write(kind: "probe" | "tally", seq: number, sentMs: number): void {
    const view = this.#view
    view.setUint8(4, KINDS[kind])
    view.setUint32(16, seq)
    view.setFloat64(32, sentMs)
    if (this.bytes.length > PROBE_HEAD_BYTES) {
      probePayload(this.#run, seq, this.bytes.subarray(PROBE_HEAD_BYTES))
      view.setUint32(56, crc32(this.bytes, PROBE_HEAD_BYTES))
    }
    view.setUint32(60, crc32(this.bytes, 0, 60))
  }
}

/** Whether these bytes are one whole probe or reply with an undamaged head. */
export function isProbe(bytes: Uint8Array, view = viewOf(bytes)): boolean {
  const length = probeLength(bytes, view)
  return length > 0 && length === bytes.length && view.getUint32(60) === crc32(bytes, 0, 60)
}

/**
 * How long the probe is that begins here: 0 where none does. For streams, in which they follow one another.
 * @param bytes at least `PROBE_HEAD_BYTES` of them, or the answer is 0
 */
export function probeLength(bytes: Uint8Array, view = viewOf(bytes)): number {
  if (bytes.length < PROBE_HEAD_BYTES || view.getUint32(0) !== MAGIC) return 0
  const kind = view.getUint8(4)
  const length = view.getUint16(6)
  const fits = length >= PROBE_HEAD_BYTES && length <= PROBE_BYTES_MAX
  return fits && kind >= KINDS.probe && kind <= KINDS.tallied && view.getUint8(5) === 0 ? length : 0
}

/** @param bytes for which `isProbe` holds */
export function readProbe(bytes: Uint8Array, view = viewOf(bytes)): Probe {
  return {
    kind: KIND_NAMES[view.getUint8(4)] as ProbeKind,
    bytes: bytes.length,
    run: getRun(view),
    seq: view.getUint32(16),
    received: view.getUint32(20),
    duplicates: view.getUint32(24),
    reordered: view.getUint32(28),
    sentMs: view.getFloat64(32),
    hubReceivedMs: view.getFloat64(40),
    hubSentMs: view.getFloat64(48),
    payloadCrc: view.getUint32(56),
  }
}

/** The one payload that belongs to a probe, so that each end can tell which bits of it were flipped. */
export function probePayload(run: number, seq: number, into: Uint8Array): void {
  // xorshift32 (Marsaglia, Journal of Statistical Software 8(14), 2003); its state must not be 0
  let state = (Math.imul((run % 0x100000000) | 0, 0x9e3779b1) ^ Math.imul(seq, 0x85ebca6b)) | 1
  for (let at = 0; at < into.length; at++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    into[at] = state
  }
}

/** Which bit of a head that fails its checksum was flipped, if it was just one: from 0, the highest bit of byte 0. */
export function flippedHeadBit(bytes: Uint8Array): number | undefined {
  if (bytes.length < PROBE_HEAD_BYTES) return undefined
  const head = Uint8Array.from(bytes.subarray(0, PROBE_HEAD_BYTES)) // a Buffer's slice would be the same memory
  const view = viewOf(head)
  for (let bit = 0; bit < PROBE_HEAD_BYTES * 8; bit++) {
    const mask = 0x80 >> (bit & 7)
    head[bit >> 3]! ^= mask
    if (view.getUint32(0) === MAGIC && view.getUint32(60) === crc32(head, 0, 60)) return bit
    head[bit >> 3]! ^= mask
  }
  return undefined
}

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function setRun(view: DataView, run: number): void {
  view.setUint32(8, Math.floor(run / 0x100000000))
  view.setUint32(12, run % 0x100000000)
}

export const getRun = (view: DataView): number => view.getUint32(8) * 0x100000000 + view.getUint32(12)
