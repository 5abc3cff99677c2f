import type { DetailedError } from "tus-js-client"
import { type ErrorCode, LandlineError } from "../../../src/client/main.ts"
import { ERRORS } from "../../../src/protocol/errors.ts"
import type { HubHttp } from "../hub/http.ts"
import type { Target } from "./chosen.ts"
import type { Digest } from "./hasher.ts"
import type { Source } from "./sources.ts"

/** Sent in one request, after which the hub has synced it to its disk. */
const CHUNK_BYTES = 32 * 1024 * 1024
const TUS = { "Tus-Resumable": "1.0.0" }

export interface Upload {
  readonly source: Source
  readonly digest: Digest
  readonly target: Target
  /** Path at the hub of what an earlier try has begun. */
  path: string | undefined
}

/** What is told of an upload while it goes on. */
export interface Progress {
  /** The hub knows it, at this path. */
  begun(path: string): void
  /** Bytes that are on their way or there. */
  at(bytes: number): void
}

/** A file that is there, with the SHA-256 that both ends have counted. */
export interface Sent {
  readonly path: string
  /** In hex. */
  readonly sha256: string
}

/**
 * Sends what the hub lacks, by tus (PROTOCOL.md 9.4), and tells it at the end which SHA-256 the whole has: it is
 * counted while the bytes are on their way.
 * @throws LandlineError what the hub says; no_hub; local_file where the file cannot be read. DOMException AbortError
 */
export async function send(
  http: HubHttp,
  upload: Upload,
  progress: Progress,
  signal: AbortSignal,
): Promise<Sent> {
  await sendBytes(http, upload, progress, signal)
  const sha256 = await upload.digest.sha256
  signal.throwIfAborted()
  const { headers } = await http.fetch(upload.path!, {
    method: "PATCH",
    signal,
    headers: {
      ...TUS,
      "Content-Type": "application/offset+octet-stream",
      "Upload-Offset": String(upload.source.bytes),
      "Repr-Digest": reprDigest(sha256),
    },
  })
  const path = headers.get("Landline-File")
  if (path === null || headers.get("Repr-Digest") !== reprDigest(sha256))
    throw new LandlineError("checksum_mismatch")
  return { path, sha256 }
}

async function sendBytes(
  http: HubHttp,
  upload: Upload,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { source, digest, target } = upload
  const { Upload: Tus } = await import("tus-js-client").catch(() => {
    throw new LandlineError("no_hub")
  })
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const metadata: Record<string, string> = {
    filename: source.name,
    sha256: "follows",
    ...("room" in target ? { room: target.room } : { link: "1" }),
    ...(source.items > 0 && { items: String(source.items) }),
  }
  const bytes = {
    size: source.bytes,
    async slice(start: number, end: number) {
      const to = Math.min(end, source.bytes)
      return { value: await source.slice(start, to, digest), done: to === source.bytes }
    },
    close() {},
  }
  const tus = new Tus(new Blob(), {
    endpoint: location.origin + http.path("/files/"),
    uploadUrl: upload.path === undefined ? null : location.origin + upload.path,
    headers: http.headers,
    metadata,
    chunkSize: CHUNK_BYTES,
    retryDelays: null, // what to do after a failure is decided by whoever called this
    storeFingerprintForResuming: false,
    fingerprint: async () => "",
    fileReader: { openFile: async () => bytes },
    onBeforeRequest: () => signal.throwIfAborted(),
    onUploadUrlAvailable: () => {
      upload.path = new URL(tus.url!).pathname
      progress.begun(upload.path)
    },
    onProgress: (sent) => progress.at(sent),
    onSuccess: () => resolve(),
    onError: (error) => reject(refusal(error)),
  })
  const stop = () => {
    void tus.abort()
    reject(signal.reason)
  }
  signal.addEventListener("abort", stop)
  try {
    tus.start()
    await promise
  } finally {
    signal.removeEventListener("abort", stop)
  }
}

/** Throws away what the hub has of an upload. Where that fails, the hub does it by itself in a day. */
export async function abandon(http: HubHttp, path: string): Promise<void> {
  await http.fetch(path, { method: "DELETE", headers: TUS }).catch(() => {})
}

/** Whether the same may pass later: the line is down, the hub restarts, its disk is full. */
export const mayPassLater = ({ code }: LandlineError): boolean =>
  code === "offset_mismatch" || (ERRORS[code].retry === "later" && code !== "checksum_mismatch")

/** What the hub said, out of what tus makes of it. */
function refusal(error: Error | DetailedError): LandlineError {
  const { originalResponse, causingError } = error as DetailedError
  if (causingError instanceof LandlineError) return causingError
  if (error instanceof LandlineError) return error
  const status = originalResponse?.getStatus() ?? 0
  if (!originalResponse || status === 0) return new LandlineError("no_hub")
  try {
    const { error } = JSON.parse(originalResponse.getBody()) as {
      error: { code: ErrorCode; message: string }
    }
    return new LandlineError(error.code, {}, error.message)
  } catch {
    // An answer to HEAD has no body.
    return new LandlineError(status === 423 ? "superseded" : "internal", { status })
  }
}

/** RFC 9530, section 2. @param sha256 in hex */
function reprDigest(sha256: string): string {
  const bytes = sha256.match(/../g)!.map((byte) => Number.parseInt(byte, 16))
  return `sha-256=:${btoa(String.fromCharCode(...bytes))}:`
}
