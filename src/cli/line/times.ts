/** Three significant digits: `123 µs` below a millisecond, else `1.23 ms`, `1,230 ms`. */
export function time(ms: number): string {
  const inMicro = Math.abs(ms) < 0.9995
  return `${threeDigits(inMicro ? ms * 1_000 : ms)} ${inMicro ? "µs" : "ms"}`
}

function threeDigits(value: number): string {
  if (value === 0) return "0"
  const size = Math.abs(value)
  const places = size < 9.995 ? 2 : size < 99.95 ? 1 : 0
  return Number(value.toPrecision(3)).toLocaleString("en", {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  })
}
