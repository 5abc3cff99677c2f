import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"
import { reprDigest, sha256Of } from "./digests.ts"

const sha256 = createHash("sha256").update("hello").digest("hex")

test("Repr-Digest: the SHA-256 among other algorithms", () => {
  const own = reprDigest(sha256)
  for (const header of [
    own,
    `sha-512=:AAAA:, ${own}`,
    `${own},md5=:AAAA:`,
    `${own};x=1`,
    ` ${own} `,
    [own],
    `sha-256=:${Buffer.alloc(32).toString("base64")}:, ${own}`, // RFC 9651 4.2.2: the last of a key counts
  ])
    assert.equal(sha256Of(header), sha256, String(header))
  assert.equal(sha256Of(undefined), undefined)
  assert.equal(sha256Of("sha-512=:AAAA:"), undefined)
})

test("Repr-Digest: what cannot be read is refused, never passed over", () => {
  for (const header of [
    "",
    sha256,
    `sha-256=${sha256}`,
    `SHA-256=${reprDigest(sha256).slice(8)}`,
    "sha-256=:AAAA:",
    "sha-256=:*:",
    "sha-256",
    `${reprDigest(sha256)}, x`,
  ])
    assert.throws(() => sha256Of(header), { code: "bad_request" }, header)
})
