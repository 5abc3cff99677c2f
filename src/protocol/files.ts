/** Files as they travel in JSON. PROTOCOL.md section 9. */

/** What the entry that announces a file says of it: the body of an entry of kind `file`, in JSON. */
export interface AnnouncedFile {
  readonly id: string
  readonly name: string
  readonly bytes: number
  /** Media type, as its bytes tell. */
  readonly type: string
  /** In hex. */
  readonly sha256: string
  /** Files inside, where it is a folder packed as a zip. */
  readonly items?: number
}

/** A file in a list, or as the answer to sending it. */
export interface FileInfo extends AnnouncedFile {
  readonly sender: string
  /** ms since 1970. */
  readonly time: number
  /** Left out where only a link leads to it. */
  readonly room?: string
  readonly downloads: number
  /** ms since 1970; left out where it stays. */
  readonly expires?: number
  /** Path of its bytes at the hub. */
  readonly path: string
  /** The code of its one-time link, told to its sender alone. */
  readonly code?: string
}

/** An upload that is not finished. */
export interface UploadInfo {
  readonly id: string
  readonly name: string
  /** Bytes that arrived. */
  readonly offset: number
  /** Left out until it is known. */
  readonly bytes?: number
  /** ms since 1970 after which it may be thrown away. */
  readonly expires: number
  /** Path at the hub, for tus and for `PUT` with Content-Range. */
  readonly path: string
}

export const filePath = ({ id, name }: Pick<AnnouncedFile, "id" | "name">): string =>
  `/files/${id}/${encodeURIComponent(name)}`

export const uploadPath = (id: string): string => `/uploads/${id}`
