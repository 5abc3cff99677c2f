import assert from "node:assert/strict"
import { describe, test } from "node:test"
import type { StepName } from "../../client/check/row.ts"
import { LandlineError } from "../../protocol/errors.ts"
import type { Facts, Row, Rows, Step } from "./row.ts"
import { runCheck, type Steps } from "./run.ts"
import { STEPS, steps } from "./steps.ts"
import { targetOf } from "./target.ts"
import { verdictOf } from "./verdict.ts"

const speed = (bytesPerSecond: number, loadedP50Ms = 3) => ({
  bytes: bytesPerSecond * 3,
  ms: 3_000,
  waitedMs: 0,
  bytesPerSecond,
  loadedP50Ms,
})
const tried = (address: string, outcome: "open" | "refused" | "timed_out" | "unreachable") => ({
  address,
  outcome,
  ms: 1,
})

/** What the steps find of a line that has no fault. */
const sound: Facts = {
  interface: { up: [{ name: "wlan0", addresses: ["192.168.1.5"] }] },
  resolve: { addresses: ["192.168.1.20"], literal: false, ms: 2 },
  connect: { port: 7300, tries: [tried("192.168.1.20", "open")], used: "192.168.1.20" },
  hello: {
    answer: { is: "hub", hub: { name: "lab", version: "1.0.0" }, time: 1, seenAs: "192.168.1.5" },
    ms: 2,
  },
  udp: { sent: 20, received: 20 },
  idle: {
    transport: "udp",
    samples: 300,
    lost: 0,
    lostUp: 0,
    lostDown: 0,
    duplicates: 0,
    reordered: 0,
    damaged: 0,
    minMs: 0.8,
    p50Ms: 1.2,
    p90Ms: 2,
    maxMs: 5,
    jitterMs: 0.3,
  },
  mtu: { sizes: [1_200, 1_452, 8_000].map((bytes) => ({ bytes, sent: 10, received: 10 })) },
  download: speed(50e6),
  upload: speed(40e6),
  load: { idleMs: 1.2, downMs: 3, upMs: 3 },
  sum: { exchanges: 200, damagedUp: 0, damagedDown: 0, agreed: true },
  machine: { busy: 0.1, processors: 4, loopDelayP99Ms: 1, freeBytes: 4e9, totalBytes: 8e9 },
}

type Changed = { readonly [S in StepName]?: Partial<Facts[S]> | LandlineError }

/** The check, with what the steps would have found. */
async function checked(changed: Changed, hub = "hub.lan"): Promise<Rows> {
  const faked = Object.fromEntries(
    STEPS.map((name) => {
      const found = changed[name]
      const run = async () => {
        if (found instanceof LandlineError) throw found
        return { ...sound[name], ...found }
      }
      return [name, { ...(steps[name] as Step<StepName>), run }]
    }),
  ) as unknown as Steps
  const { signal } = new AbortController()
  const watcher = { begin() {}, progress() {}, done() {} }
  return runCheck(faked, { target: targetOf(hub), as: "ada", together: false, signal }, watcher)
}

const statesOf = (rows: Rows) =>
  Object.fromEntries(Object.values(rows).map(({ step, state }: Row) => [step, state]))

test("check: a sound line passes each step, and is called healthy", async () => {
  const rows = await checked({})
  assert.deepEqual(new Set(Object.values(statesOf(rows))), new Set(["pass"]))
  const verdict = verdictOf(rows, targetOf("hub.lan"))
  assert.equal(verdict.say, "The line to hub.lan is healthy.")
  assert.equal(verdict.fault, false)
  assert.equal(verdict.sure, "certain")
})

const gone = { answer: { is: "silence" } } as const
const { lostUp: _, lostDown: __, ...uncounted } = sound.idle

/** Each fault: what the steps find, what the verdict says, what it rests on. */
const faults: Record<string, [Changed, RegExp, StepName[], string]> = {
  "no network": [
    { interface: { up: [] } },
    /^This computer is not connected to any network\.$/,
    ["interface"],
    "certain",
  ],
  "a name that nobody knows": [
    { resolve: { addresses: [], code: "ENOTFOUND" } },
    /^There is no computer of the name hub\.lan/,
    ["resolve"],
    "certain",
  ],
  "a name service that is silent": [
    { resolve: { addresses: [], code: "EAI_AGAIN" } },
    /could not be looked up, because the name service does not answer/,
    ["resolve"],
    "likely",
  ],
  "a closed port": [
    { connect: { tries: [tried("192.168.1.20", "refused")], used: undefined } as never },
    /^The computer is there, but no hub is running at hub\.lan:7300\.$/,
    ["connect"],
    "certain",
  ],
  "a filtered port": [
    { connect: { tries: [tried("192.168.1.20", "timed_out")], used: undefined } as never },
    /^Nothing at all answers at hub\.lan:7300\.$/,
    ["connect"],
    "likely",
  ],
  "no way, or refused: the refusal tells more": [
    {
      connect: {
        tries: [tried("fd00::1", "unreachable"), tried("192.168.1.20", "refused")],
        used: undefined,
      } as never,
    },
    /no hub is running/,
    ["connect"],
    "certain",
  ],
  "no way there": [
    { connect: { tries: [tried("192.168.1.20", "unreachable")], used: undefined } as never },
    /knows no way to/,
    ["connect"],
    "likely",
  ],
  "a hub that hangs": [
    { hello: gone },
    /listens at hub\.lan:7300, but says nothing/,
    ["connect", "hello"],
    "likely",
  ],
  "a web server": [
    { hello: { answer: { is: "http", said: "404 Not Found" } } },
    /^A web server that is no Landline hub/,
    ["connect", "hello"],
    "certain",
  ],
  https: [{ hello: { answer: { is: "tls" } } }, /speaks only encrypted/, ["connect", "hello"], "certain"],
  "random bytes": [
    { hello: { answer: { is: "bytes" } } },
    /^Another program than a hub listens/,
    ["connect", "hello"],
    "certain",
  ],
  "a hub that does not let us in": [
    { hello: { answer: { is: "refusal", said: "The hub does not go by that name." } } },
    /does not let this program in/,
    ["connect", "hello"],
    "certain",
  ],
  "a line that breaks": [
    { upload: new LandlineError("no_hub") },
    /^The line broke while it was checked/,
    ["hello", "upload"],
    "likely",
  ],
  "5 % loss on the way back": [
    { idle: { lost: 15, lostUp: 0, lostDown: 15 } },
    /^The line loses about 5 of 100 packets on the way back to you\.$/,
    ["idle"],
    "certain",
  ],
  "loss on the way there, which makes uploads slow": [
    { idle: { lost: 12, lostUp: 11, lostDown: 1 }, upload: speed(60_000) },
    /^The line loses about 4 of 100 packets on the way to the hub\.$/,
    ["idle", "upload"],
    "certain",
  ],
  "loss, uncounted by the hub": [
    { idle: { ...uncounted, lost: 9, lostUp: undefined, lostDown: undefined } as never },
    /^The line loses about 3 of 100 packets\.$/,
    ["idle"],
    "likely",
  ],
  "no reply at all": [
    { idle: { lost: 300, p50Ms: undefined, minMs: undefined } as never },
    /no test packet comes back/,
    ["hello", "idle"],
    "likely",
  ],
  "200 ms": [{ idle: { minMs: 199, p50Ms: 201 } }, /every answer takes about 201 ms/, ["idle"], "certain"],
  "a crowded line": [
    { idle: { minMs: 4, p50Ms: 180 } },
    /^Answers mostly take 180 ms, though 4\.0 ms would do/,
    ["idle"],
    "likely",
  ],
  "a slow consumer": [
    { upload: speed(50_000) },
    /^Data to the hub goes very slowly, while the other direction is fine: something takes it too slowly\.$/,
    ["upload", "download"],
    "likely",
  ],
  "a slow producer": [
    { download: speed(50_000) },
    /^Data from the hub comes very slowly/,
    ["download", "upload"],
    "likely",
  ],
  "nothing arrives": [
    { download: speed(0) },
    /^Data from the hub comes very slowly/,
    ["download", "upload"],
    "likely",
  ],
  "both slow": [
    { download: speed(50_000), upload: speed(50_000) },
    /very slowly in both directions/,
    ["download", "upload"],
    "likely",
  ],
  "a long queue": [
    { load: { idleMs: 10, downMs: 15, upMs: 900 } },
    /^The line is quick until it is used/,
    ["idle", "load"],
    "likely",
  ],
  "flipped bits": [{ sum: { damagedUp: 3 } }, /^The line changes data on its way/, ["sum"], "likely"],
  "a hub that does otherwise than it should": [
    { sum: { fault: "The hub's sum is wrong in exchange 7." } },
    /^The hub and this computer do not understand each other/,
    ["sum"],
    "possible",
  ],
  "large packets vanish": [
    { mtu: { sizes: [{ bytes: 1_452, sent: 10, received: 0 }] } },
    /^Large packets do not get through/,
    ["udp", "mtu"],
    "likely",
  ],
}

describe("check: each fault has its sentence, its evidence and what to do", () => {
  for (const [name, [changed, say, evidence, sure]] of Object.entries(faults))
    test(name, async () => {
      const verdict = verdictOf(await checked(changed), targetOf("hub.lan"))
      assert.equal(verdict.fault, true)
      assert.match(verdict.say, say)
      assert.deepEqual(verdict.evidence, evidence)
      assert.equal(verdict.sure, sure)
      assert.match(verdict.next, /\.$/)
    })
})

test("check: what depends on a failed step is skipped, and the rest is not", async () => {
  const rows = await checked({ connect: { tries: [tried("::1", "refused")], used: undefined } as never })
  const states = statesOf(rows)
  const { interface: own, resolve, connect, machine, ...rest } = states
  assert.deepEqual([own, resolve, connect, machine], ["pass", "pass", "fail", "pass"])
  assert.deepEqual(new Set(Object.values(rest)), new Set(["skipped"]))
  assert.equal(rows.mtu?.say, 'Skipped, because "connection" failed.', "the cause, and not what lies between")
  const slow = await checked({ idle: { p50Ms: 500 } })
  assert.equal(slow.load?.state, "pass", "a slow line is one that can be measured further")
})

test("check: a line that breaks in any step is a fault", async () => {
  for (const name of ["idle", "mtu", "download", "upload", "sum"] as const) {
    const rows = await checked({ [name]: new LandlineError("no_hub") })
    assert.equal(rows[name]?.state, "fail")
    assert.deepEqual(verdictOf(rows, targetOf("hub.lan")).evidence, ["hello", name])
  }
})

test("check: blocked UDP and other warnings are no fault, but are named", async () => {
  const rows = await checked({ udp: { received: 0 }, mtu: { sizes: [] } })
  assert.deepEqual([rows.udp?.state, rows.mtu?.state], ["warn", "unknown"])
  const verdict = verdictOf(rows, targetOf("hub.lan"))
  assert.equal(verdict.fault, false)
  assert.match(verdict.say, /works, but one thing is not as it should be: UDP is blocked/)
  assert.match(verdict.next, /let UDP through/)
  const { say } = verdictOf(
    await checked({ idle: { p50Ms: 80 }, machine: { busy: 0.99 } }),
    targetOf("hub.lan"),
  )
  assert.match(say, /2 things are not as they should be/)
})

test("check: on a computer that is overloaded, what was measured is only possible", async () => {
  const verdict = verdictOf(
    await checked({ idle: { p50Ms: 300 }, machine: { busy: 0.97 } }),
    targetOf("hub.lan"),
  )
  assert.equal(verdict.sure, "possible")
  assert.deepEqual(verdict.evidence, ["idle", "machine"])
  assert.match(verdict.next, /^First end what keeps this computer busy/)
})

test("check: a path that leads to no hub is told, since the hub may be there without it", async () => {
  const hub = "http://hub.lan:7300/old"
  const rows = await checked({ hello: { answer: { is: "http", said: "404 Not Found" } } }, hub)
  assert.match(rows.hello!.say, /but at \/old there is no Landline hub/)
  const { say, next } = verdictOf(rows, targetOf(hub))
  assert.match(say, /there is no Landline hub at \/old\.$/)
  assert.match(next, /leave it out: --hub http:\/\/hub\.lan:7300\. /)
})
