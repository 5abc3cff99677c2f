/** What of a file can be shown in place. What a browser could run (pages, SVG, PDF) is always downloaded. */
export type Preview = "image" | "audio" | "video" | "text" | "none"

/** As the hub shows them (gateways/http/dispositions.ts). @param type media type, as the bytes tell */
export function previewOf(type: string): Preview {
  const [media = ""] = type.split(";", 1)
  if (/^image\/(png|apng|jpeg|gif|webp|avif|bmp)$/.test(media)) return "image"
  if (/^audio\/[\w.+-]+$/.test(media)) return "audio"
  if (/^video\/[\w.+-]+$/.test(media)) return "video"
  return media === "text/plain" ? "text" : "none"
}

/** `PNG image`, `zip`: the type in few words. */
export function typeText(type: string, items = 0): string {
  const [media = ""] = type.split(";", 1)
  if (items > 0) return "folder"
  if (media === "text/plain") return "text"
  if (media === "application/octet-stream") return "data"
  const [kind, form = ""] = media.split("/")
  const short = form.replace(/^(x-|vnd\.)/, "").toUpperCase()
  return kind === "application" ? short.split(".").at(-1)! : `${short} ${kind}`
}
