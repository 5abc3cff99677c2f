import { runConformanceTests } from "@durable-streams/server-conformance-tests"

/** The suite of the Durable Streams protocol, for vitest: durable-streams.test.ts starts it, with a hub. */
runConformanceTests({
  baseUrl: process.env["STREAMS_URL"]!,
  longPollTimeoutMs: Number(process.env["LONG_POLL_MS"]),
})
