import type { TopicName } from "../protocol/names.ts"

export interface Person {
  /** As shown. */
  readonly name: string
  /** ms since 1970 of the claim. */
  readonly since: number
}

export interface Room {
  readonly room: string
  readonly topic: TopicName
  /** The topic line: what the room is for; empty when none was set. */
  readonly line: string
  readonly createdBy: string
  readonly since: number
}

/** What is known of a feed beside its topic. */
export interface FeedRecord {
  readonly feed: string
  readonly topic: TopicName
  /** What it is, in words; empty without. */
  readonly title: string
  /** Of its values, such as `°C`; empty without. */
  readonly unit: string
  /** Media type of its messages, as it was given. */
  readonly type: string
  readonly createdBy: string
  readonly since: number
  /** What is kept of it: ms and bytes; 0 sets no bound. */
  readonly keepMs: number
  readonly keepBytes: number
  /** ms after the last read or write when it is deleted; 0: never. */
  readonly ttlMs: number
  /** ms since 1970 when it is deleted; 0: never. */
  readonly expires: number
  /** It is to speak at least once in so many ms; 0: whenever. */
  readonly expectMs: number
  /** Room that hears when it falls silent; empty for none. */
  readonly noticeRoom: string
  /** It was to speak and has not, and that was told. */
  readonly silent: boolean
}

/** A file that is there for others: a published blob with a name. */
export interface FileRecord {
  /** In addresses; made by the hub. */
  readonly id: string
  readonly name: string
  readonly bytes: number
  /** Media type, as its bytes tell. */
  readonly type: string
  /** Of the blob, in hex. */
  readonly sha256: string
  /** Files inside, where it is a folder packed as a zip; 0 for a file. */
  readonly items: number
  readonly sender: string
  /** ms since 1970 when it was whole. */
  readonly time: number
  /** The room in which it is announced; empty for one that only a link leads to. */
  readonly room: string
  /** Offset of the entry that announced it; 0 while there is none. */
  readonly offset: number
  /** The code of a one-time link to it; empty without. */
  readonly code: string
  /** ms since 1970; 0: kept until somebody deletes it. */
  readonly expires: number
  readonly downloads: number
}

/** A file on its way in: what is known beside the bytes, which are a staged blob of the same id. */
export interface UploadRecord {
  readonly id: string
  /** Declared size; undefined until it is known. */
  readonly bytes: number | undefined
  /** Empty for a part of a later whole (tus concatenation). */
  readonly name: string
  readonly items: number
  readonly sender: string
  readonly room: string
  readonly link: boolean
  readonly partial: boolean
  /** The uploads that it was joined of, in their order; none for any other. */
  readonly parts: readonly string[]
  /** What a tus client said of it, word for word, since it is to be told back; empty without. */
  readonly metadata: string
  /** SHA-256 in hex that the whole must have; empty where none was declared, `follows` where it is to come. */
  readonly sha256: string
  /** SHA-256 in hex that it has, once it is whole and verified. */
  readonly verified: string
  /** Bytes beyond this count as never received: a checksummed chunk was on its way. Undefined: none was. */
  readonly trusted: number | undefined
  /** ms since 1970 when it began, and after which it may be thrown away. */
  readonly time: number
  readonly expires: number
  /** Id of the file that it became; empty before. */
  readonly file: string
}

export interface FileQuery {
  readonly room?: string
  /** Part of the name, in any case. */
  readonly words?: string
  readonly sender?: string
  /** Only those older than the file of this id: the next page. */
  readonly before?: string
  readonly limit: number
}

/** People, their devices, rooms, feeds, files and uploads. Durable as the log is; all implementations pass its contract suite. */
export interface Directory {
  /**
   * Gives the name to the device, when nobody has it; the same device gets it again.
   * @param device digest of the device's secret; the secret itself is never stored.
   * @returns the person, or undefined when the name belongs to another device.
   */
  claim(name: string, device: string): Promise<Person | undefined>

  /** Undefined when nobody has claimed the name, or one of the same key. */
  person(name: string): Promise<Person | undefined>

  /** @returns false when there is a room of that name; it is then left as it is. */
  addRoom(room: Room): Promise<boolean>
  room(room: string): Promise<Room | undefined>
  /** By name. */
  rooms(): Promise<Room[]>
  setTopicLine(room: string, line: string): Promise<void>

  /** Adds the feed, or replaces the one of its name. */
  setFeed(feed: FeedRecord): Promise<void>
  feeds(): Promise<FeedRecord[]>
  removeFeed(feed: string): Promise<void>

  /** Adds the upload, or replaces the one of its id. */
  setUpload(upload: UploadRecord): Promise<void>
  upload(id: string): Promise<UploadRecord | undefined>
  /** Those that are no file yet, of one sender or of all, oldest first, without their metadata. */
  openUploads(sender?: string): Promise<UploadRecord[]>
  /** Ids of those that became files, and whose time ended before this one. */
  endedUploads(now: number): Promise<string[]>
  removeUpload(id: string): Promise<void>

  /** Adds the file, or replaces the one of its id. */
  setFile(file: FileRecord): Promise<void>
  file(id: string): Promise<FileRecord | undefined>
  fileOfCode(code: string): Promise<FileRecord | undefined>
  /** Those of rooms, newest first. */
  files(query: FileQuery): Promise<FileRecord[]>
  /** Files that end before this time, or were never announced in their room: what an interruption left undone. */
  filesToTend(now: number): Promise<FileRecord[]>
  countDownload(id: string): Promise<void>
  removeFile(id: string): Promise<void>
  /** How many files have these bytes. */
  filesOf(sha256: string): Promise<number>
  /** Bytes of files by sender, and of all blobs, equal ones counted once. */
  fileBytes(): Promise<{ readonly all: number; readonly bySender: ReadonlyMap<string, number> }>
}
