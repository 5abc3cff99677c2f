/** A hue of 0 to 359 that belongs to a name: names that differ a little differ much in it (FNV-1a, 32 bits). */
export function nameHue(name: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < name.length; index++)
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193) >>> 0
  return ((hash ^ (hash >>> 15)) >>> 0) % 360
}
