import type { FileRecord, UploadRecord } from "../../core/directory.ts"
import { type FileInfo, filePath, type UploadInfo, uploadPath } from "../../protocol/files.ts"

/** What is said of a file when its upload begins. */
export interface NewUpload {
  /** Any text; it is made a safe name. Left out for a part of a later whole. */
  readonly name?: string | undefined
  /** Declared size; left out where it is known only at the end. */
  readonly bytes?: number | undefined
  /** Default: the lobby. */
  readonly room?: string | undefined
  /** A one-time link in place of a room. */
  readonly link?: boolean | undefined
  /** Files inside, where it is a folder packed as a zip. */
  readonly items?: number | undefined
  /** SHA-256 in hex that the whole must have, or `follows` where it comes after the last byte. */
  readonly sha256?: string | undefined
  /** A part, which never becomes a file by itself (tus concatenation). */
  readonly partial?: boolean | undefined
  /** Told back as it is. */
  readonly metadata?: string | undefined
}

/** Where an upload stands. */
export interface UploadState {
  readonly record: UploadRecord
  /** Bytes that arrived. */
  readonly offset: number
  /** The file that it became. */
  readonly file?: FileRecord | undefined
}

export interface WriteOptions {
  /** Checksum of the bytes of this call; where it differs they are dropped. */
  readonly checksum?:
    | { readonly algorithm: "sha1" | "sha256" | "md5"; readonly digest: Uint8Array }
    | undefined
  /** Size of the whole, where it was not known before. */
  readonly bytes?: number | undefined
  /** The end of the source is the end of the file, whose size was not known before. */
  readonly end?: boolean | undefined
  /** SHA-256 of the whole in hex, where it was to follow. */
  readonly sha256?: string | undefined
}

export function fileInfo(file: FileRecord): FileInfo {
  const { id, name, bytes, type, sha256, items, sender, time, room, downloads, expires } = file
  return {
    id,
    name,
    bytes,
    type,
    sha256,
    ...(items > 0 && { items }),
    sender,
    time,
    ...(room !== "" && { room }),
    downloads,
    ...(expires > 0 && { expires }),
    path: filePath(file),
  }
}

export function uploadInfo({ record, offset }: UploadState): UploadInfo {
  const { id, name, bytes, expires } = record
  return { id, name, offset, ...(bytes !== undefined && { bytes }), expires, path: uploadPath(id) }
}
