import type { TestGateway } from "./http-gateway.ts"

export const JSONL = { accept: "application/json" }
/** What `curl -d` sends. */
export const FORM = { "content-type": "application/x-www-form-urlencoded" }

export type Body = string | Uint8Array<ArrayBuffer>

/** Asks the short door of feeds. @param path after /feeds */
export async function ask({ address }: TestGateway, path: string, init: RequestInit = {}) {
  const response = await fetch(`${address}/feeds${path}`, { signal: AbortSignal.timeout(10_000), ...init })
  const bytes = Buffer.from(await response.arrayBuffer())
  return { status: response.status, headers: response.headers, text: bytes.toString(), bytes }
}

export const publish = (
  gateway: TestGateway,
  feed: string,
  body: Body,
  headers: Record<string, string> = FORM,
) => ask(gateway, `/${feed}`, { method: "POST", body, headers })

/** JSON lines. */
export const lines = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
