import { createHash } from "node:crypto"

/** SHA-256 of a stream that may be read again from an earlier place: each byte counts once. */
export class RunningDigest {
  readonly #hash = createHash("sha256")
  /** Bytes so far. */
  bytes = 0

  /** @param at place of the piece in the stream, at most `bytes` */
  add(piece: Uint8Array, at: number): void {
    const fresh = at + piece.length - this.bytes
    if (fresh <= 0) return
    this.#hash.update(fresh === piece.length ? piece : piece.subarray(-fresh))
    this.bytes += fresh
  }

  /** In hex, of all bytes so far. */
  sha256(): string {
    return this.#hash.copy().digest("hex")
  }
}

/** RFC 9530, section 2. @param sha256 in hex */
export const reprDigest = (sha256: string): string =>
  `sha-256=:${Buffer.from(sha256, "hex").toString("base64")}:`

/** The SHA-256 in hex that a Repr-Digest holds, if it holds one. */
export function sha256In(field: string | string[] | undefined): string | undefined {
  const [, base64] = /(?:^|[\s,])sha-256=:([A-Za-z0-9+/]{43}=):/.exec([field ?? ""].flat().join(",")) ?? []
  return base64 && Buffer.from(base64, "base64").toString("hex")
}
