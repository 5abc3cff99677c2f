import { LandlineError } from "../../protocol/errors.ts"

/** A member of a dictionary whose value is a byte sequence (RFC 9651 3.2 and 3.3.5), with parameters to pass over. */
const MEMBER = /^[ \t]*([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):(?:;[^,"]*)?[ \t]*$/
const SHA256_BYTES = 32

/** The SHA-256 in hex out of a Repr-Digest header (RFC 9530); other algorithms are passed over. @throws LandlineError bad_request */
export function sha256Of(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  let sha256: string | undefined
  for (const part of String(header).split(",")) {
    const [, algorithm, value] = MEMBER.exec(part) ?? []
    if (algorithm === undefined) throw unreadable()
    if (algorithm !== "sha-256") continue
    const bytes = Buffer.from(value!, "base64")
    if (bytes.length !== SHA256_BYTES) throw unreadable()
    sha256 = bytes.toString("hex")
  }
  return sha256
}

export const reprDigest = (sha256: string): string =>
  `sha-256=:${Buffer.from(sha256, "hex").toString("base64")}:`

function unreadable(): LandlineError {
  return new LandlineError(
    "bad_request",
    {},
    "Repr-Digest is not understood. It is sha-256=:BASE64: as in RFC 9530.",
  )
}
