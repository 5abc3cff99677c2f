/**
 * Zip files written while they are sent: nothing is compressed, so the size is known beforehand, and the same
 * entries give the same bytes, so a cut transfer can go on. APPNOTE.TXT 6.3.10, with zip64 where sizes need it.
 */
import { crc32 } from "node:zlib"

/** A file or an empty folder in the zip. */
export interface ZipEntry {
  /** Relative, with `/` between steps; a folder's ends with one. */
  readonly path: string
  readonly bytes: number
  readonly mtimeMs: number
  /** As of stat. */
  readonly mode: number
  /** The bytes, as many as declared. */
  read(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

const UINT32_MAX = 0xffffffff
const UINT16_MAX = 0xffff
/** Pieces smaller than this are put together: a folder of small files is sent in few writes. */
const GATHER_BYTES = 256 * 1024

const LOCAL_BYTES = 30
const TIME_BYTES = 9
const CENTRAL_BYTES = 46
const CENTRAL_ZIP64_BYTES = 28
const END_ZIP64_BYTES = 56 + 20
const END_BYTES = 22

const descriptorBytes = (bytes: number): number => (bytes >= UINT32_MAX ? 24 : 16)
const needsZip64 = (bytes: number, at: number): boolean => bytes >= UINT32_MAX || at >= UINT32_MAX

/** Size of the zip of these entries. */
export function zipBytes(entries: readonly ZipEntry[]): number {
  let at = 0
  let central = 0
  for (const { path, bytes } of entries) {
    const name = Buffer.byteLength(path)
    central += CENTRAL_BYTES + name + TIME_BYTES + (needsZip64(bytes, at) ? CENTRAL_ZIP64_BYTES : 0)
    at += LOCAL_BYTES + name + TIME_BYTES + bytes + descriptorBytes(bytes)
  }
  return at + central + endOf(entries.length, central, at).length
}

/** The zip, piece by piece. A piece is valid until the next is asked for. */
export async function* zip(entries: readonly ZipEntry[]): AsyncGenerator<Uint8Array> {
  yield* gathered(pieces(entries))
}

async function* pieces(entries: readonly ZipEntry[]): AsyncGenerator<Uint8Array> {
  const central: Buffer[] = []
  let at = 0
  for (const entry of entries) {
    const local = localHeader(entry)
    yield local
    let crc = 0
    for await (const piece of entry.read()) {
      crc = crc32(piece, crc)
      yield piece
    }
    yield descriptor(entry.bytes, crc)
    central.push(centralHeader(entry, crc, at))
    at += local.length + entry.bytes + descriptorBytes(entry.bytes)
  }
  const centralBytes = central.reduce((sum, header) => sum + header.length, 0)
  yield* central
  yield endOf(entries.length, centralBytes, at)
}

async function* gathered(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(GATHER_BYTES)
  let used = 0
  for await (const piece of pieces) {
    if (used + piece.length > buffer.length) {
      if (used > 0) yield buffer.subarray(0, used)
      used = 0
    }
    if (piece.length > buffer.length) yield piece
    else {
      buffer.set(piece, used)
      used += piece.length
    }
  }
  if (used > 0) yield buffer.subarray(0, used)
}

/** 4.3.7. CRC and sizes follow the bytes (bit 3), names are UTF-8 (bit 11), the method is 0: stored. */
function localHeader({ path, mtimeMs }: ZipEntry): Buffer {
  const name = Buffer.from(path)
  const head = Buffer.alloc(LOCAL_BYTES)
  head.writeUInt32LE(0x04034b50, 0)
  head.writeUInt16LE(20, 4)
  head.writeUInt16LE(0x0808, 6)
  head.writeUInt32LE(dosTime(mtimeMs), 10)
  head.writeUInt16LE(name.length, 26)
  head.writeUInt16LE(TIME_BYTES, 28)
  return Buffer.concat([head, name, unixTime(mtimeMs)])
}

/** 4.3.9 */
function descriptor(bytes: number, crc: number): Buffer {
  const tail = Buffer.alloc(descriptorBytes(bytes))
  tail.writeUInt32LE(0x08074b50, 0)
  tail.writeUInt32LE(crc, 4)
  if (tail.length === 16) {
    tail.writeUInt32LE(bytes, 8)
    tail.writeUInt32LE(bytes, 12)
  } else {
    tail.writeBigUInt64LE(BigInt(bytes), 8)
    tail.writeBigUInt64LE(BigInt(bytes), 16)
  }
  return tail
}

/** 4.3.12; made on Unix (4.4.2), so that the upper half of the attributes is the mode. */
function centralHeader({ path, bytes, mtimeMs, mode }: ZipEntry, crc: number, at: number): Buffer {
  const name = Buffer.from(path)
  const large = needsZip64(bytes, at)
  const head = Buffer.alloc(CENTRAL_BYTES)
  head.writeUInt32LE(0x02014b50, 0)
  head.writeUInt16LE((3 << 8) | 45, 4)
  head.writeUInt16LE(large ? 45 : 20, 6)
  head.writeUInt16LE(0x0808, 8)
  head.writeUInt32LE(dosTime(mtimeMs), 12)
  head.writeUInt32LE(crc, 16)
  head.writeUInt32LE(large ? UINT32_MAX : bytes, 20)
  head.writeUInt32LE(large ? UINT32_MAX : bytes, 24)
  head.writeUInt16LE(name.length, 28)
  head.writeUInt16LE(TIME_BYTES + (large ? CENTRAL_ZIP64_BYTES : 0), 30)
  head.writeUInt32LE(((mode & UINT16_MAX) * 0x10000 + (path.endsWith("/") ? 0x10 : 0)) >>> 0, 38)
  head.writeUInt32LE(large ? UINT32_MAX : at, 42)
  return Buffer.concat([head, name, unixTime(mtimeMs), large ? zip64(bytes, at) : Buffer.alloc(0)])
}

/** 4.5.3 */
function zip64(bytes: number, at: number): Buffer {
  const extra = Buffer.alloc(CENTRAL_ZIP64_BYTES)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(24, 2)
  extra.writeBigUInt64LE(BigInt(bytes), 4)
  extra.writeBigUInt64LE(BigInt(bytes), 12)
  extra.writeBigUInt64LE(BigInt(at), 20)
  return extra
}

/** 4.3.14 to 4.3.16 */
function endOf(count: number, centralBytes: number, centralAt: number): Buffer {
  const large = count >= UINT16_MAX || centralBytes >= UINT32_MAX || centralAt >= UINT32_MAX
  const end = Buffer.alloc((large ? END_ZIP64_BYTES : 0) + END_BYTES)
  if (large) {
    end.writeUInt32LE(0x06064b50, 0)
    end.writeBigUInt64LE(44n, 4)
    end.writeUInt16LE((3 << 8) | 45, 12)
    end.writeUInt16LE(45, 14)
    end.writeBigUInt64LE(BigInt(count), 24)
    end.writeBigUInt64LE(BigInt(count), 32)
    end.writeBigUInt64LE(BigInt(centralBytes), 40)
    end.writeBigUInt64LE(BigInt(centralAt), 48)
    end.writeUInt32LE(0x07064b50, 56)
    end.writeBigUInt64LE(BigInt(centralAt + centralBytes), 64)
    end.writeUInt32LE(1, 72)
  }
  const at = end.length - END_BYTES
  end.writeUInt32LE(0x06054b50, at)
  end.writeUInt16LE(Math.min(count, UINT16_MAX), at + 8)
  end.writeUInt16LE(Math.min(count, UINT16_MAX), at + 10)
  end.writeUInt32LE(large ? UINT32_MAX : centralBytes, at + 12)
  end.writeUInt32LE(large ? UINT32_MAX : centralAt, at + 16)
  return end
}

/** Time in seconds since 1970 (Info-ZIP, 0x5455), which unlike the older field needs no zone. */
function unixTime(mtimeMs: number): Buffer {
  const extra = Buffer.alloc(TIME_BYTES)
  extra.writeUInt16LE(0x5455, 0)
  extra.writeUInt16LE(5, 2)
  extra.writeUInt8(1, 4)
  extra.writeInt32LE(Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.floor(mtimeMs / 1000))), 5)
  return extra
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
