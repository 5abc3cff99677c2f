import assert from "node:assert/strict"
import { test } from "node:test"
import Fastify from "fastify"
import { LandlineError } from "../protocol/errors.ts"
import { listen } from "./listen.ts"
import { readSettings } from "./read-settings.ts"

/** A server that fails to listen on these hosts, as a machine may that is not this one. */
function appWithout(failing: Record<string, NodeJS.ErrnoException>) {
  const app = Fastify()
  const { server } = app
  const really = server.listen.bind(server)
  server.listen = ((options: { host: string }) => {
    const error = failing[options.host]
    if (!error) return really(options)
    process.nextTick(() => server.emit("error", error))
    return server
  }) as typeof server.listen
  return app
}

const failure = (code: string, syscall = "listen") =>
  Object.assign(new Error(`${syscall} ${code}`), { code, syscall })
const settings = (given: object) => readSettings({ port: 0, open: true, ...given }, {})

test("listen: --lan on a machine without IPv6 listens on all its addresses in IPv4", async () => {
  await using app = appWithout({ "::": failure("EAFNOSUPPORT") })
  assert.equal(await listen(app, settings({ lan: true })), "0.0.0.0")
  const address = app.server.address()
  assert.equal(typeof address === "object" && address?.address, "0.0.0.0")
})

test("listen: what cannot be listened on is said in one sentence", async () => {
  for (const [host, error, code] of [
    ["fe80::1", failure("EINVAL"), "usage"],
    ["nosuch.invalid", failure("ENOTFOUND", "getaddrinfo"), "usage"],
    ["nosuch.invalid", failure("EAI_AGAIN", "getaddrinfo"), "usage"],
    ["192.0.2.1", failure("EADDRNOTAVAIL"), "usage"],
    ["::1", failure("EAFNOSUPPORT"), "usage"],
    ["127.0.0.1", failure("EACCES"), "usage"],
    ["127.0.0.1", failure("EADDRINUSE"), "port_in_use"],
  ] as const) {
    await using app = appWithout({ [host]: error })
    await assert.rejects(listen(app, settings({ host })), (thrown: LandlineError) => {
      assert.ok(thrown instanceof LandlineError, `${host}: ${thrown}`)
      assert.equal(thrown.code, code)
      assert.match(thrown.message, /^[A-Z][^\n]+\.$/)
      return true
    })
  }
})
