import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

export interface TempDir extends AsyncDisposable {
  readonly path: string
  /** A path inside it. */
  file(...names: string[]): string
}

/** A new empty directory; `await using` removes it with all it holds. */
export async function tempDir(): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), "landline-test-"))
  return {
    path,
    file: (...names) => join(path, ...names),
    // Retried: a program that is just ending may still write into it.
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  }
}
