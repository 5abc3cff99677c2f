import assert from "node:assert/strict"
import { test } from "node:test"
import { ago, exactSeconds, span, spanWords } from "./spans.ts"

test("spans of time: what people write", () => {
  const written = {
    "500ms": 500,
    "60s": 60_000,
    "1.5s": 1_500,
    "5m": 300_000,
    "1h": 3_600_000,
    "7d": 604_800_000,
  }
  for (const [text, ms] of Object.entries(written)) assert.equal(span(text), ms)
  assert.equal(span("0"), 0)
  for (const text of ["", "60", "-1s", "s", "1w", "1 s", "1e9s", "99999999999d", "1S"])
    assert.throws(() => span(text), /such as 500ms/, text)
})

test("spans of time: what people read", () => {
  assert.deepEqual([604_800_000, 86_400_000, 5_400_000, 3_600_000, 90_000, 60_000, 1_500, 1].map(spanWords), [
    "7 days",
    "1 day",
    "90 minutes",
    "1 hour",
    "90 seconds",
    "1 minute",
    "1500 ms",
    "1 ms",
  ])
  assert.deepEqual([-5_000, 0, 59_999, 60_000, 3_599_999, 3_600_000, 48 * 3_600_000].map(ago), [
    "0 s ago",
    "0 s ago",
    "59 s ago",
    "1 min ago",
    "59 min ago",
    "1 h ago",
    "2 days ago",
  ])
  assert.equal(exactSeconds(5_012.4), "5.012 s")
})
