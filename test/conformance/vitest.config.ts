import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: [fileURLToPath(new URL("durable-streams.conformance.ts", import.meta.url))],
    // Some cases wait for a poll to end, and many for a second or two: they need not wait for each other.
    sequence: { concurrent: true },
    testTimeout: 40_000,
    cache: false,
  },
})
