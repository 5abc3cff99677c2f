import assert from "node:assert/strict"
import { test } from "node:test"
import { LandlineError } from "../protocol/errors.ts"
import { checkDoor, type DoorHeaders } from "./door.ts"

const NAMES = new Set(["workshop", "workshop.local"])

const comesIn = (headers: DoorHeaders): boolean => {
  try {
    checkDoor(headers, NAMES)
    return true
  } catch (error) {
    assert.ok(error instanceof LandlineError && error.code === "elsewhere", String(error))
    return false
  }
}

test("checkDoor: an address, localhost and the hub's own names come in; no other name does", () => {
  for (const [host, expected] of [
    ["127.0.0.1", true],
    ["192.168.1.20:7300", true],
    ["[::1]", true],
    ["[::1]:7300", true],
    ["[FE80::1]:7300", true],
    ["[::ffff:127.0.0.1]:7300", true],
    ["::1", false],
    ["[::1", false],
    ["2130706433", false],
    ["0x7f.1", false],
    ["127.0.0.1.", false],
    ["127.0.0.1.evil.example", false],
    ["localhost", true],
    ["LOCALHOST:7300", true],
    ["lab.localhost:7300", true],
    ["localhost.", false],
    ["localhost.evil.example", false],
    ["evil-localhost", false],
    ["localhost:7300@evil.example", false],
    ["localhost:", false],
    ["Workshop:7300", true],
    ["workshop.local", true],
    ["workshop.example", false],
    ["evil.example", false],
    ["", false],
    [undefined, false],
  ] as const)
    assert.equal(comesIn({ host }), expected, String(host))
})

test("checkDoor: an Origin is the very host that was asked, by http or https", () => {
  for (const [host, origin, expected] of [
    ["localhost:7300", "http://localhost:7300", true],
    ["localhost:7300", "HTTP://LocalHost:7300", true],
    ["LocalHost:7300", "http://localhost:7300", true],
    ["workshop", "https://workshop", true],
    ["[::1]:7300", "http://[::1]:7300", true],
    ["localhost:7300", "http://localhost:7301", false],
    ["localhost:7300", "http://localhost", false],
    ["localhost:7300", "http://127.0.0.1:7300", false],
    ["localhost:7300", "http://localhost:7300.evil.example", false],
    ["localhost:7300", "http://evil.example", false],
    ["localhost:7300", "file://localhost:7300", false],
    ["localhost:7300", "null", false],
    ["localhost:7300", "", false],
    ["evil.example", "http://evil.example", false],
  ] as const)
    assert.equal(comesIn({ host, origin }), expected, `${host} from ${JSON.stringify(origin)}`)
})

test("checkDoor: a page from another site reads nothing, but a link may lead here", () => {
  for (const [site, mode, expected] of [
    ["none", "navigate", true],
    ["same-origin", "cors", true],
    ["same-site", "cors", true],
    ["cross-site", "navigate", true],
    ["cross-site", "no-cors", false],
    ["cross-site", "websocket", false],
    ["cross-site", undefined, false],
  ] as const)
    assert.equal(
      comesIn({ host: "localhost", "sec-fetch-site": site, "sec-fetch-mode": mode }),
      expected,
      `${site} ${mode}`,
    )
})

test("checkDoor: what it refuses is quoted short", () => {
  const long = "x".repeat(5_000)
  for (const headers of [{ host: long }, { host: "localhost", origin: long }])
    assert.throws(
      () => checkDoor(headers, NAMES),
      ({ details }: LandlineError) => JSON.stringify(details).length < 200,
    )
})
