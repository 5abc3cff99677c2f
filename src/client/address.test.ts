import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { LandlineError } from "../protocol/errors.ts"
import { sessionUrl } from "./address.ts"

const seed = Number(process.env.SEED ?? 1)

const good = {
  localhost: "ws://localhost:7300/session",
  "localhost:7300": "ws://localhost:7300/session",
  "192.168.1.5:80": "ws://192.168.1.5/session",
  "[::1]": "ws://[::1]:7300/session",
  "[::1]:9000": "ws://[::1]:9000/session",
  "http://hub.lan:7300/": "ws://hub.lan:7300/session",
  "http://hub.lan": "ws://hub.lan/session",
  "https://example.org/landline/?x#y": "wss://example.org/landline/session",
  "wss://example.org:8443": "wss://example.org:8443/session",
}
for (const [hub, url] of Object.entries(good))
  test(`address: ${hub} is the hub at ${url}`, () => assert.equal(sessionUrl(hub), url))

for (const hub of [
  "",
  " ",
  "ftp://hub",
  "host:port",
  "host:99999",
  "user@host",
  "a/b",
  "http://",
  "::1",
  "a b",
])
  test(`address: "${hub}" is refused in words`, () => {
    assert.throws(() => sessionUrl(hub), { code: "usage", message: /is not the address of a hub/ })
  })

test(`address: any text is an address or is refused, never anything else (SEED=${seed})`, () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (hub) => {
      try {
        assert.match(sessionUrl(hub), /^wss?:\/\/.*\/session$/)
      } catch (error) {
        assert.ok(error instanceof LandlineError, String(error))
      }
    }),
    { seed, numRuns: 500 },
  )
})
