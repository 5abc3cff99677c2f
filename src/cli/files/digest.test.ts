import assert from "node:assert/strict"
import { hash } from "node:crypto"
import { test } from "node:test"
import fc from "fast-check"
import { RunningDigest, reprDigest, sha256In } from "./digest.ts"

const seed = Number(process.env.SEED ?? 1)

test(`digest: a stream that is read again from anywhere counts each byte once (SEED=${seed})`, () => {
  const reads = fc.array(fc.tuple(fc.nat(99), fc.integer({ min: 1, max: 30 })), { minLength: 1 })
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 100, maxLength: 100 }), reads, (bytes, again) => {
      const digest = new RunningDigest()
      for (const [back, length] of again) {
        const at = Math.min(digest.bytes, back)
        digest.add(bytes.subarray(at, at + length), at)
      }
      assert.equal(digest.sha256(), hash("sha256", bytes.subarray(0, digest.bytes)))
    }),
    { seed },
  )
})

test("digest: a Repr-Digest is read among others, and nothing else is taken for one", () => {
  const sha256 = hash("sha256", "x")
  assert.equal(sha256In(reprDigest(sha256)), sha256)
  assert.equal(sha256In(`md5=:AAAA:, ${reprDigest(sha256)}`), sha256)
  for (const other of [undefined, "", "sha-256=:short:", reprDigest(sha256).replace("sha-256", "sha-512")])
    assert.equal(sha256In(other), undefined)
})
