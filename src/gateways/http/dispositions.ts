/** What a browser may show in place: nothing of this runs, or reaches for anything. */
const SHOWN = /^(image\/(png|apng|jpeg|gif|webp|avif|bmp)|(audio|video)\/[\w.+-]+|text\/plain)$/

/** Headers that keep a file from being anything but a file in a browser. @param attached never shown in place */
export function presented(
  { name, type }: { readonly name: string; readonly type: string },
  attached: boolean,
): Record<string, string> {
  const shown = !attached && SHOWN.test(type.split(";", 1)[0]!.trim())
  return {
    "Content-Type": type,
    "Content-Disposition": disposition(shown ? "inline" : "attachment", name),
    // The browser's own viewers of pictures and text style their pages by style attributes.
    "Content-Security-Policy":
      "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'",
  }
}

/**
 * Content-Disposition with a name (RFC 6266): `filename` for programs that read no more, in ASCII without what
 * they take for a sign of their own, and `filename*` (RFC 8187) with the name itself.
 */
export function disposition(kind: "inline" | "attachment", name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/gu, "_")
  const whole = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${plain}"; filename*=UTF-8''${whole}`
}
