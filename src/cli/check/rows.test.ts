import assert from "node:assert/strict"
import { describe, test } from "node:test"
import type { State, StepName } from "../../client/check/row.ts"
import type { Facts, Step } from "./row.ts"
import { steps } from "./steps.ts"
import { targetOf } from "./target.ts"

const speed = (bytesPerSecond: number) => ({ bytes: bytesPerSecond, ms: 1_000, waitedMs: 0, bytesPerSecond })
const idle: Facts["idle"] = {
  transport: "udp",
  samples: 300,
  lost: 0,
  lostUp: 0,
  lostDown: 0,
  duplicates: 0,
  reordered: 0,
  damaged: 0,
  minMs: 1,
  p50Ms: 4,
  jitterMs: 1,
}
const opened = { address: "10.0.0.2", outcome: "open", ms: 3 } as const
const machine = { busy: 0.2, processors: 4, loopDelayP99Ms: 1, freeBytes: 4e9, totalBytes: 8e9 }
const sizes = (received: number) =>
  [1_200, 1_452, 8_000].map((bytes) => ({ bytes, sent: 10, received: bytes === 8_000 ? received : 10 }))

const cases: { [S in StepName]?: [Facts[S], State, RegExp][] } = {
  interface: [
    [{ up: [] }, "fail", /connected to no network/],
    [{ up: [{ name: "eth0", addresses: ["10.0.0.1"] }] }, "pass", /connected: eth0 \(10\.0\.0\.1\)\.$/],
  ],
  resolve: [
    [{ addresses: ["10.0.0.2"], literal: false, ms: 3_000 }, "warn", /is 10\.0\.0\.2, but it took 3\.0 s/],
    [{ addresses: ["10.0.0.2", "fd00::2"], literal: false, ms: 3 }, "pass", /is 10\.0\.0\.2 and fd00::2\.$/],
    [{ addresses: ["10.0.0.2"], literal: true, ms: 0 }, "pass", /an address already/],
  ],
  connect: [
    [
      { port: 7300, used: "10.0.0.2", tries: [{ address: "::1", outcome: "refused", ms: 1 }, opened] },
      "pass",
      /^A connection to 10\.0\.0\.2:7300 opens in 3\.0 ms\.$/,
    ],
    [
      {
        port: 7300,
        used: "10.0.0.2",
        tries: [{ address: "fd00::2", outcome: "timed_out", ms: 5_000 }, opened],
      },
      "warn",
      /fd00::2 does not answer\.$/,
    ],
  ],
  udp: [
    [{ sent: 20, received: 0 }, "warn", /^UDP is blocked/],
    [{ sent: 0, received: 0 }, "unknown", /https/],
    [{ sent: 20, received: 1 }, "pass", /come back/],
  ],
  idle: [
    [idle, "pass", /^An answer takes 4\.0 ms; no packet is lost\.$/],
    [{ ...idle, transport: "tcp" }, "pass", /^An answer takes 4\.0 ms\.$/],
    [{ ...idle, lost: 1, lostUp: 1 }, "pass", /3 of 1,000 packets lost on the way to the hub/],
    [{ ...idle, lost: 3, lostDown: 3 }, "warn", /1 of 100 packets lost on the way back/],
    [
      { ...idle, lost: 6, lostUp: 3, lostDown: 3 },
      "fail",
      /2 of 100 packets lost, on the way there and back/,
    ],
    [{ ...idle, p50Ms: 60 }, "warn", /takes 60 ms/],
    [{ ...idle, maxMs: 1_202 }, "warn", /^An answer takes 4\.0 ms, but for a moment it took 1\.2 s\.$/],
    [{ ...idle, p50Ms: 150 }, "fail", /takes 150 ms/],
    [{ ...idle, jitterMs: 40 }, "warn", /unevenly \(40 ms more or less each time\)/],
    [{ ...idle, damaged: 2 }, "fail", /^2 of 300 test packets came back changed/],
  ],
  mtu: [
    [
      { sizes: sizes(10), interfaceBytes: 1_500 },
      "pass",
      /up to 1,500 bytes at once, and the smallest limit on the way is not known/,
    ],
    [
      { sizes: sizes(10), interfaceBytes: 65_536, pathBytes: 65_536 },
      "pass",
      /^Up to 65,536 bytes go in one packet/,
    ],
    [{ sizes: sizes(0) }, "warn", /^Packets of 8,000 bytes, which travel in pieces, never arrive/],
    [{ sizes: [] }, "unknown", /^Not known without UDP/],
  ],
  download: [
    [speed(12.5e6), "pass", /12\.5 MB a second: a file of 100 MB takes 8 seconds\.$/],
    [speed(1e6), "warn", /takes 2 minutes/],
    [speed(100_000), "fail", /takes 17 minutes/],
    [speed(0), "fail", /not at all/],
  ],
  load: [
    [{ idleMs: 5, downMs: 30 }, "pass", /^An answer takes 30 ms while data comes, instead of 5\.0 ms\.$/],
    [{ idleMs: 5, downMs: 30, upMs: 60 }, "warn", /30 ms while data comes and 60 ms while data is sent/],
    [{ idleMs: 5, upMs: 400 }, "fail", /400 ms while data is sent/],
    [{ idleMs: 5 }, "unknown", /neither download nor upload/],
    [{ downMs: 5 }, "unknown", /neither download nor upload/],
  ],
  sum: [
    [
      { exchanges: 200, damagedUp: 0, damagedDown: 1, agreed: true },
      "fail",
      /0 errors on the way to the hub, 1 on the way back/,
    ],
    [{ exchanges: 9, damagedUp: 0, damagedDown: 0, agreed: false }, "fail", /do not agree/],
    [{ exchanges: 90, damagedUp: 0, damagedDown: 0 }, "pass", /^90 messages/],
    [{ exchanges: 0, damagedUp: 0, damagedDown: 0 }, "unknown", /No message/],
  ],
  machine: [
    [machine, "pass", /20 % .* 4 GB of memory/],
    [{ ...machine, busy: 0.95 }, "warn", /busy: 95 %/],
    [{ ...machine, loopDelayP99Ms: 80 }, "warn", /wait, up to 80 ms/],
    [{ ...machine, freeBytes: 1e8 }, "warn", /little memory left: 100 MB of 8 GB/],
  ],
}

describe("check: what is found is judged, and said in a plain sentence", () => {
  const target = targetOf("hub.lan")
  for (const [name, rows] of Object.entries(cases))
    for (const [facts, state, say] of rows)
      test(`${name}: ${state} ${say}`, () => {
        const judged = (steps[name as StepName] as Step<StepName>).judge(facts, { target, rows: {} })
        assert.equal(judged.state, state)
        assert.match(judged.say, say)
        assert.match(judged.say, /\.$/)
      })
})

test("load: without answers to the probes beside a download, that is what is said", () => {
  const facts = { bytes: 1, ms: 1, waitedMs: 0, bytesPerSecond: 1_000 }
  const rows = { download: { step: "download", state: "fail", say: "", facts } } as const
  const judged = steps.load.judge({ idleMs: 5 }, { target: targetOf("hub.lan"), rows })
  assert.deepEqual([judged.state, judged.say.startsWith("Too few test packets")], ["unknown", true])
})
