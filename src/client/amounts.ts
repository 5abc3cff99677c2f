const UNITS = ["bytes", "kB", "MB", "GB", "TB", "PB"] as const

/** Bytes in decimal units: `1 byte`, `1.2 MB`, `6 GB`. */
export function amount(bytes: number): string {
  if (bytes === 1) return "1 byte"
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const digits = value < 99.95 && unit > 0 ? 1 : 0
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${UNITS[unit]}`
}
