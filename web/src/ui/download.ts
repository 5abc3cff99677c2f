/** A browser that asks where to put a file reads it later. */
const REVOKED_MS = 60_000

/** Hands what was made here to the browser, as a download of this name. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKED_MS)
}
