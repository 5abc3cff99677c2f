// A stand-in by the lead until helper S writes this file: overwrite it whole.
export interface Summary { readonly count: number; readonly minMs: number; readonly meanMs: number; readonly deviationMs: number; readonly maxMs: number; readonly p50Ms?: number; readonly p90Ms?: number; readonly p99Ms?: number; readonly p999Ms?: number }
export function summarize(values: Float64Array): Summary | undefined {
  const sorted = values.filter((v) => !Number.isNaN(v)).sort()
  if (sorted.length === 0) return undefined
  const p = (q: number) => (sorted.length >= 10 / (1 - q) ? { v: sorted[Math.ceil(q * sorted.length) - 1]! } : undefined)
  const p50 = p(0.5); const p90 = p(0.9)
  return { count: sorted.length, minMs: sorted[0]!, meanMs: 0, deviationMs: 0, maxMs: sorted.at(-1)!, ...(p50 && { p50Ms: p50.v }), ...(p90 && { p90Ms: p90.v }) }
}
export function jitter(values: Float64Array): { ipdvMs: number | undefined; rfc3550Ms: number | undefined } {
  return { ipdvMs: values.length, rfc3550Ms: undefined }
}
