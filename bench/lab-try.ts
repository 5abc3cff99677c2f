import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Benchmark } from "./harness.ts"
import { outputOf, startServer } from "./support/process.ts"

const program = fileURLToPath(new URL("../bin/landline.js", import.meta.url))
const SERVICES = ["ping", "sum", "hello", "feed", "chat", "file"] as const

/** Seconds of `landline lab SERVICE try`, its start included. @throws Error where a case fails */
async function trySeconds(service: (typeof SERVICES)[number], dir: string): Promise<number> {
  await mkdir(dir)
  const saves = service === "file" ? ["--dir", dir] : []
  const words = [program, "lab", service, "serve", "--port", "0", ...saves]
  await using server = await startServer(process.execPath, words, /127\.0\.0\.1:(\d+)/)
  const begin = performance.now()
  const at = `127.0.0.1:${server.port}`
  // A case that fails is exit code 3, which throws here.
  await outputOf(process.execPath, [program, "lab", service, "try", at, "--json", ...saves])
  return (performance.now() - begin) / 1000
}

export const labTry: Benchmark = {
  about: "trying a right server of each of the lab's six services, one after the other",
  subject: "landline",
  targets: [{ metric: "all six, s", atMost: 20 }],
  contestants: () => [
    {
      name: "landline",
      async run(dir) {
        const figures: Record<string, number> = {}
        for (const service of SERVICES)
          figures[`${service}, s`] = await trySeconds(service, join(dir, service))
        const all = Object.values(figures).reduce((sum, seconds) => sum + seconds, 0)
        return { "all six, s": all, ...figures }
      },
    },
  ],
}
