/**
 * The parts of a zip file that holds other files as they are: nothing is compressed, so its size is known before a
 * byte is read, and the same files give the same bytes, so a cut transfer can go on. APPNOTE.TXT 6.3.10, with zip64
 * where sizes need it. Its bytes are, for each member, `localHeader`, the bytes, `descriptor`; then `directory`.
 */

/** What a zip says of a file or an empty folder in it. */
export interface ZipMember {
  /** Relative, with `/` between steps; a folder's ends with one. */
  readonly path: string
  readonly bytes: number
  readonly mtimeMs: number
  /** As of stat. */
  readonly mode: number
}

const UINT32_MAX = 0xffffffff
const UINT16_MAX = 0xffff

const LOCAL_BYTES = 30
const TIME_BYTES = 9
const CENTRAL_BYTES = 46
const CENTRAL_ZIP64_BYTES = 28
const END_ZIP64_BYTES = 56 + 20
const END_BYTES = 22

const utf8 = new TextEncoder()
const descriptorBytes = (bytes: number): number => (bytes >= UINT32_MAX ? 24 : 16)
const needsZip64 = (bytes: number, at: number): boolean => bytes >= UINT32_MAX || at >= UINT32_MAX

/** What a member takes in the zip, its headers included. */
export const memberBytes = ({ path, bytes }: ZipMember): number =>
  LOCAL_BYTES + utf8.encode(path).length + TIME_BYTES + bytes + descriptorBytes(bytes)

/** Size of the zip of these members. */
export function zipBytes(members: readonly ZipMember[]): number {
  let at = 0
  let central = 0
  for (const member of members) {
    const name = utf8.encode(member.path).length
    central += CENTRAL_BYTES + name + TIME_BYTES + (needsZip64(member.bytes, at) ? CENTRAL_ZIP64_BYTES : 0)
    at += memberBytes(member)
  }
  return at + central + endOf(members.length, central, at).length
}

/** 4.3.7. CRC and sizes follow the bytes (bit 3), names are UTF-8 (bit 11), the method is 0: stored. */
export function localHeader({ path, mtimeMs }: ZipMember): Uint8Array<ArrayBuffer> {
  const name = utf8.encode(path)
  const { head, view } = made(LOCAL_BYTES)
  view.setUint32(0, 0x04034b50, true)
  view.setUint16(4, 20, true)
  view.setUint16(6, 0x0808, true)
  view.setUint32(10, dosTime(mtimeMs), true)
  view.setUint16(26, name.length, true)
  view.setUint16(28, TIME_BYTES, true)
  return joined([head, name, unixTime(mtimeMs)])
}

/** 4.3.9 @param crc of the member's bytes */
export function descriptor({ bytes }: ZipMember, crc: number): Uint8Array<ArrayBuffer> {
  const { head, view } = made(descriptorBytes(bytes))
  view.setUint32(0, 0x08074b50, true)
  view.setUint32(4, crc, true)
  if (head.length === 16) {
    view.setUint32(8, bytes, true)
    view.setUint32(12, bytes, true)
  } else {
    view.setBigUint64(8, BigInt(bytes), true)
    view.setBigUint64(16, BigInt(bytes), true)
  }
  return head
}

/** What stands at the end: a header for each member (4.3.12), and where they begin. @param crcs in the same order */
export function* directory(
  members: readonly ZipMember[],
  crcs: readonly number[],
): Generator<Uint8Array<ArrayBuffer>> {
  let at = 0
  let bytes = 0
  for (const [index, member] of members.entries()) {
    const header = centralHeader(member, crcs[index]!, at)
    yield header
    bytes += header.length
    at += memberBytes(member)
  }
  yield endOf(members.length, bytes, at)
}

/** 4.3.12; made on Unix (4.4.2), so that the upper half of the attributes is the mode. */
function centralHeader({ path, bytes, mtimeMs, mode }: ZipMember, crc: number, at: number) {
  const name = utf8.encode(path)
  const large = needsZip64(bytes, at)
  const { head, view } = made(CENTRAL_BYTES)
  view.setUint32(0, 0x02014b50, true)
  view.setUint16(4, (3 << 8) | 45, true)
  view.setUint16(6, large ? 45 : 20, true)
  view.setUint16(8, 0x0808, true)
  view.setUint32(12, dosTime(mtimeMs), true)
  view.setUint32(16, crc, true)
  view.setUint32(20, large ? UINT32_MAX : bytes, true)
  view.setUint32(24, large ? UINT32_MAX : bytes, true)
  view.setUint16(28, name.length, true)
  view.setUint16(30, TIME_BYTES + (large ? CENTRAL_ZIP64_BYTES : 0), true)
  view.setUint32(38, ((mode & UINT16_MAX) * 0x10000 + (path.endsWith("/") ? 0x10 : 0)) >>> 0, true)
  view.setUint32(42, large ? UINT32_MAX : at, true)
  return joined([head, name, unixTime(mtimeMs), ...(large ? [zip64(bytes, at)] : [])])
}

/** 4.5.3 */
function zip64(bytes: number, at: number): Uint8Array {
  const { head, view } = made(CENTRAL_ZIP64_BYTES)
  view.setUint16(0, 1, true)
  view.setUint16(2, 24, true)
  view.setBigUint64(4, BigInt(bytes), true)
  view.setBigUint64(12, BigInt(bytes), true)
  view.setBigUint64(20, BigInt(at), true)
  return head
}

/** 4.3.14 to 4.3.16 */
function endOf(count: number, centralBytes: number, centralAt: number): Uint8Array<ArrayBuffer> {
  const large = count >= UINT16_MAX || centralBytes >= UINT32_MAX || centralAt >= UINT32_MAX
  const { head, view } = made((large ? END_ZIP64_BYTES : 0) + END_BYTES)
  if (large) {
    view.setUint32(0, 0x06064b50, true)
    view.setBigUint64(4, 44n, true)
    view.setUint16(12, (3 << 8) | 45, true)
    view.setUint16(14, 45, true)
    view.setBigUint64(24, BigInt(count), true)
    view.setBigUint64(32, BigInt(count), true)
    view.setBigUint64(40, BigInt(centralBytes), true)
    view.setBigUint64(48, BigInt(centralAt), true)
    view.setUint32(56, 0x07064b50, true)
    view.setBigUint64(64, BigInt(centralAt + centralBytes), true)
    view.setUint32(72, 1, true)
  }
  const at = head.length - END_BYTES
  view.setUint32(at, 0x06054b50, true)
  view.setUint16(at + 8, Math.min(count, UINT16_MAX), true)
  view.setUint16(at + 10, Math.min(count, UINT16_MAX), true)
  view.setUint32(at + 12, large ? UINT32_MAX : centralBytes, true)
  view.setUint32(at + 16, large ? UINT32_MAX : centralAt, true)
  return head
}

/** Time in seconds since 1970 (Info-ZIP, 0x5455), which unlike the older field needs no zone. */
function unixTime(mtimeMs: number): Uint8Array {
  const { head, view } = made(TIME_BYTES)
  view.setUint16(0, 0x5455, true)
  view.setUint16(2, 5, true)
  view.setUint8(4, 1)
  view.setInt32(5, Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.floor(mtimeMs / 1000))), true)
  return head
}

/** 4.4.6: two seconds exact, local time, from 1980 on. */
function dosTime(mtimeMs: number): number {
  const date = new Date(mtimeMs)
  const year = date.getFullYear()
  if (!(year >= 1980)) return 0x00210000
  if (year > 2107) return 0xff9fbf7d
  const time = (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1)
  return (((((year - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate()) << 16) | time) >>> 0
}

function made(bytes: number) {
  const head = new Uint8Array(bytes)
  return { head, view: new DataView(head.buffer) }
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
