/** Limits of the lab services, beside those in `../limits.ts`. */
export const labLimits = {
  connectionsMax: 1_000, // of one service: a class of programs that forget to close
  timeoutMs: 30_000, // a frame begun, or a name awaited; long enough for a program whose person still types
  replyTimeoutMs: 5_000, // a server that has not answered by then does not
  pauseMs: 150, // where a wire has no delimiter, a pause this long ends what came before
  trailBytesMax: 4 * 1024, // of the frames kept to find out what a peer does wrong; the last one is kept whole
} as const
