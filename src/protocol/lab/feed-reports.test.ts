import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { SEED } from "../../../test/support/random.ts"
import { parseReport, renderReport } from "./feed-reports.ts"

test("count, block, time and name are taken out of each form of report", () => {
  const cases: Record<string, ReturnType<typeof parseReport>> = {
    "Client Recieved 5 messages in 5.0123s time": { messages: 5, spanMs: 5012.3 },
    "Client Recieved 5 messages in 3.0014s time": { messages: 5, spanMs: 3001.4 },
    "Client received 1 message in 5 s": { messages: 1, spanMs: 5000 },
    "Client ada received 5 blocks in 4.5 time": { name: "ada", messages: 5, spanMs: 4500 },
    "Client ada of B received 5 blocks in 4.5s time": { name: "ada of B", messages: 5, spanMs: 4500 },
    "Client1 received 7 block in 4.25 time": { name: "Client1", messages: 7, spanMs: 4250 },
    "Client Client-1 received block number 3 in time 4.2 sec": { name: "Client-1", block: 3, spanMs: 4200 },
    "Client received 5 messages in 0:01:05.5 time": { messages: 5, spanMs: 65500 },
    "Client received 0 messages in 1 time": { spanMs: 1000 },
    "Connected with client-4": { name: "client-4" },
    "  CLIENT RECEIVED 5 MESSAGES IN 1S TIME \n": { messages: 5, spanMs: 1000 },
    hello: undefined,
    "": undefined,
    "Client Recieved -5 messages in 5s time": undefined,
    "Client Recieved 5 messages in no time": undefined,
    "Client Recieved 5e9 messages in 1s time": undefined,
    "The Client Recieved 5 messages in 5s time": undefined,
  }
  for (const [text, report] of Object.entries(cases)) assert.deepEqual(parseReport(text), report, text)
})

test(`what ours reports is read again (SEED=${SEED})`, () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 999_999 }),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      (messages, seconds) => {
        const report = parseReport(renderReport(messages, seconds))
        assert.equal(report?.messages, messages)
        assert.ok(Math.abs(report.spanMs! - seconds * 1e3) <= 0.051)
      },
    ),
    { seed: SEED },
  )
  assert.equal(renderReport(5, 5.01234), "Client Recieved 5 messages in 5.0123s time")
})

test("a long text that is no report is found so at once", () => {
  const texts = [" ", "client ", "client a", "received ", "1", "connected with ", "0:"].map((part) =>
    part.repeat(60_000 / part.length),
  )
  for (const text of texts) assert.equal(parseReport(`client ${text}!`), undefined)
})
