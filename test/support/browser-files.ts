import { createHash } from "node:crypto"
import { readFile, writeFile } from "node:fs/promises"
import type { Page } from "playwright-core"

// In the page: see dragFile.
declare const drag: (type: string) => void

/** Bytes that no piece of which is like another: a number in each four. */
export function distinctBytes(bytes: number): Buffer {
  const numbers = new Uint32Array(Math.ceil(bytes / 4))
  for (let index = 0; index < numbers.length; index++) numbers[index] = Math.imul(index, 2_654_435_761)
  return Buffer.from(numbers.buffer, 0, bytes)
}

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** Writes a file of distinct bytes. @returns its path and SHA-256 */
export async function distinctFile(path: string, bytes: number): Promise<{ path: string; sha256: string }> {
  const content = distinctBytes(bytes)
  await writeFile(path, content)
  return { path, sha256: sha256(content) }
}

/** Presses a button that opens a file chooser, and chooses. */
export async function choose(
  page: Page,
  button: RegExp | string,
  files: Parameters<Page["setInputFiles"]>[1],
) {
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("button", { name: button }).click(),
  ])
  await chooser.setFiles(files)
}

/** The bytes that a press on a link, or on what else downloads, brings. */
export async function downloaded(page: Page, press: () => Promise<void>): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent("download"), press()])
  return readFile(await download.path())
}

/** Where each request with bytes of an upload began, from now on. */
export function uploadOffsets(page: Page): number[] {
  const offsets: number[] = []
  page.on("request", (request) => {
    const offset = request.headers()["upload-offset"]
    if (request.method() === "PATCH" && offset !== undefined) offsets.push(Number(offset))
  })
  return offsets
}

/** Resolves when the first upload of the page has so many bytes on their way. */
export async function underWay(page: Page, bytes: number): Promise<void> {
  await page.waitForFunction(
    (bytes) => (document.querySelector<HTMLProgressElement>(".transfer progress")?.value ?? 0) >= bytes,
    bytes,
  )
}

/**
 * Drags a file over the page: one of distinct bytes, as `distinctBytes` makes them.
 * @returns what drops it
 */
export async function dragFile(page: Page, name: string, bytes: number): Promise<() => Promise<void>> {
  await page.evaluate(`{
    const numbers = new Uint32Array(${bytes} / 4).map((_, index) => Math.imul(index, 2654435761))
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File([numbers], ${JSON.stringify(name)}, { lastModified: 1700000000000 }))
    globalThis.drag = (type) =>
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }))
  }`)
  // What takes it comes after the first page.
  await page.waitForFunction(() => {
    drag("dragenter")
    return document.querySelector(".drop-target") !== null
  })
  return async () => page.evaluate(() => drag("drop"))
}

/** Drops files and folders of this machine onto the middle of the page, as from its file manager. */
export async function dropPaths(page: Page, files: string[]): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  const { width, height } = page.viewportSize()!
  const data = { items: [], files, dragOperationsMask: 1 }
  const drag = (type: "dragEnter" | "dragOver" | "drop") =>
    devtools.send("Input.dispatchDragEvent", { type, x: width / 2, y: height / 2, data })
  await page.waitForLoadState("networkidle") // what takes files is not on the first page: it comes a moment later
  await drag("dragEnter")
  await page.getByText("Drop to send to").waitFor()
  await drag("dragOver") // only once the page has said that it takes them does the browser let them fall
  await drag("drop")
  await devtools.detach()
}
