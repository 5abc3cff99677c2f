import { limits } from "./limits.ts"

// Controls, formats (bidi overrides, zero-width marks), surrogates, private use, unassigned, line separators.
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{2800}\u{1d159}]+/gu
/** What some file system takes for more than a letter of a name. */
const SPECIAL = /[<>:"|?*]/g
/** Names that Windows keeps for devices, with whatever extension. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?=\.|$)/i

export const UNNAMED = "unnamed"

/**
 * A file's name out of any text that a client sent: what follows the last `/` or `\`, fit to be shown and to be
 * a file's name on every system, and never a path. Where nothing is left of it, `unnamed`. The result is stable:
 * given again, it stays as it is.
 */
export function fileName(text: string): string {
  // A name with a dot in front would be hidden, or be some program's settings.
  return cleaned(text.split(/[/\\]/).at(-1)!, /^[. ]+/)
}

/**
 * The relative path of a file inside a folder that was sent, made safe step by step; undefined where a step leads
 * upwards or nowhere, which no honest sender packs.
 */
export function relativePath(path: string): string | undefined {
  const steps = path.split(/[/\\]/)
  if (steps.some((step) => /^\.{0,2}$/.test(step))) return undefined
  return steps.map((step) => cleaned(step, /^ +/)).join("/")
}

function cleaned(text: string, front: RegExp): string {
  let name = text
    .normalize("NFC")
    .replace(UNPRINTABLE, "")
    .replace(SPECIAL, "_")
    .replace(/\p{Zs}+/gu, " ")
  for (let before = ""; before !== name; ) {
    before = name
    name = shortened(name)
      .replace(/[ .]+$/, "")
      .replace(front, (dots) => (dots.includes(".") ? "_" : ""))
      .replace(DEVICE, "_$1")
  }
  return name === "" || name === "_" ? UNNAMED : name
}

/** The end, with its extension, is what tells files apart. */
function shortened(name: string): string {
  const bytes = new TextEncoder().encode(name).length
  if (bytes <= limits.fileNameBytesMax) return name
  const extension = /\.[^. ]{1,16}$/u.exec(name)?.[0] ?? ""
  let stem = [...name.slice(0, name.length - extension.length)]
  const room = limits.fileNameBytesMax - new TextEncoder().encode(extension).length
  let length = 0
  stem = stem.filter((sign) => {
    length += new TextEncoder().encode(sign).length
    return length <= room
  })
  return stem.join("") + extension
}
