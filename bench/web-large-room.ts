import { enter, openBrowser } from "../test/support/browser.ts"
import { Session } from "./clients/session.ts"
import type { Benchmark, Contestant, Figures } from "./harness.ts"
import { fill, large, small } from "./large-room.ts"
import { startHub } from "./peers/landline.ts"
import { nowMs } from "./support/clock.ts"
import { type Burst, tag } from "./support/words.ts"

const repeats = 5

/** A hub whose lobby holds a burst, and a browser that opens that room again and again. */
async function contestant(
  name: string,
  burst: Burst,
  scope: AsyncDisposableStack,
  dir: string,
): Promise<Contestant> {
  const hub = scope.use(await startHub(dir))
  const session = scope.use(await Session.open(hub.port, "author"))
  await fill(session, burst)
  const browser = scope.use(await openBrowser())
  const page = await enter(await browser.person(), `http://127.0.0.1:${hub.port}`, "Reader", "#/line")
  const newest = page.getByText(tag(burst, burst.messages - 1).slice(1)).first()
  const run = async (): Promise<Figures> => {
    const times: number[] = []
    for (let n = 0; n < repeats; n++) {
      const startMs = nowMs()
      await page.evaluate('void (location.hash = "#/rooms/lobby")')
      await newest.waitFor()
      times.push(nowMs() - startMs)
      await page.evaluate('void (location.hash = "#/line")')
      await newest.waitFor({ state: "detached" })
    }
    return { "open ms": times.sort((a, b) => a - b)[repeats >> 1]! }
  }
  return { name, run }
}

export const webLargeRoom: Benchmark = {
  about: `opening a room of ${large.messages} entries in the app, against one of ${small.messages}`,
  subject: "million",
  targets: [{ metric: "open ms", over: "thousand", atMost: 2 }],
  contestants: async (scope, dir) => [
    await contestant("thousand", small, scope, `${dir}/thousand`),
    await contestant("million", large, scope, `${dir}/million`),
  ],
}
