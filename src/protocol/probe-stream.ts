import { concat } from "./lab/bytes.ts"
import { PROBE_HEAD_BYTES, probeLength } from "./probe.ts"

const NOTHING = new Uint8Array()

/** Cuts a stream of bytes, as TCP brings it, into the probes that follow one another in it. */
export class ProbeStream {
  #rest: Uint8Array = NOTHING

  /**
   * The next bytes of the stream.
   * @param onProbe called with each probe that is whole now; what it gets may be changed, and is gone afterwards
   * @returns false where no probe begins at a place where one must: then nothing that follows can be read either
   */
  push(chunk: Uint8Array, onProbe: (probe: Uint8Array) => void): boolean {
    let bytes = this.#rest.length > 0 ? concat([this.#rest, chunk]) : chunk
    while (bytes.length >= PROBE_HEAD_BYTES) {
      const length = probeLength(bytes)
      if (length === 0) return false
      if (bytes.length < length) break
      onProbe(bytes.subarray(0, length))
      bytes = bytes.subarray(length)
    }
    this.#rest = bytes.length > 0 ? new Uint8Array(bytes) : NOTHING // less than one probe; of its own, since the chunk belongs to the socket
    return true
  }
}
