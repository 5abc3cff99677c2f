/** ms since 1970, to the microsecond, on a clock that only moves forward. */
export const unixMs = (): number => performance.timeOrigin + performance.now()
