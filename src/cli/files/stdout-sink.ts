import type { Sink } from "./download.ts"

/** Writes to stdout as fast as it is read there. What was written cannot be taken back, so nothing is gone on with. */
export const stdoutSink: Sink = {
  mayGoOn: () => false,
  begin: async () => 0,
  write: (piece) => new Promise((resolve) => process.stdout.write(piece, () => resolve())),
  flush: async () => {},
}
