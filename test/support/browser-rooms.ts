import type { Locator, Page } from "playwright-core"
import { connect, type Session } from "../../src/client/main.ts"

/** The messages of the room that a page shows. */
export const messages = (page: Page): Locator => page.getByRole("log")

/** Says something as a person does. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel(/^Message in/).fill(text)
  await page.keyboard.press("Enter")
}

/** Somebody who speaks through the client library. */
export interface Speaker extends AsyncDisposable {
  readonly session: Session
  /** Resolves when all are stored. */
  say(room: string, texts: readonly string[]): Promise<void>
}

export async function speaker(hub: string, name: string): Promise<Speaker> {
  const session = connect(hub, { name, device: `device of ${name}`.padEnd(16) })
  await session.ready()
  return {
    session,
    async say(room, texts) {
      for (let from = 0; from < texts.length; from += 5_000)
        await Promise.all(texts.slice(from, from + 5_000).map((text) => session.publish(room, text)))
    },
    [Symbol.asyncDispose]: () => session.close(),
  }
}
