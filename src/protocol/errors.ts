/**
 * The one table of errors. A program reads `code`; a person reads `say`.
 *
 * - `http`: status of the answer on the HTTP doors.
 * - `close`: close code of a WebSocket that ends because of it (4000 + something a program can tell apart);
 *   0 where it never ends a connection.
 * - `retry`: what a program does next. `never`: the same request fails again. `later`: the same request may
 *   pass later. `from_start`: follow again from the start of the topic. `resend`: send again everything that
 *   is not acked, under a new producer.
 *
 * PROTOCOL.md section 8 prints this table; a test keeps the two equal.
 */
export const ERRORS = {
  bad_request: { http: 400, close: 4400, retry: "never", say: "The hub could not read that request." },
  bad_cursor: { http: 400, close: 0, retry: "never", say: "That is not a cursor of this hub." },
  bad_name: { http: 400, close: 4403, retry: "never", say: "That name cannot be used." },
  unknown_operation: { http: 400, close: 0, retry: "never", say: "The hub does not know that operation." },
  version_mismatch: {
    http: 400,
    close: 4406,
    retry: "never",
    say: "This hub speaks another version of the protocol.",
  },
  hello_expected: { http: 400, close: 4408, retry: "later", say: "A session begins with hello." },
  forbidden: { http: 403, close: 0, retry: "never", say: "That is not allowed to you here." },
  elsewhere: {
    http: 403,
    close: 0,
    retry: "never",
    say: "The hub does not answer pages that come from elsewhere.",
  },
  name_taken: {
    http: 403,
    close: 4403,
    retry: "never",
    say: "That name belongs to another device. Choose another name.",
  },
  unknown_room: { http: 404, close: 0, retry: "never", say: "There is no such room." },
  unknown_feed: { http: 404, close: 0, retry: "never", say: "There is no such feed." },
  unknown_topic: { http: 404, close: 0, retry: "never", say: "There is no such topic." },
  not_found: { http: 404, close: 0, retry: "never", say: "There is nothing at that address." },
  unknown_file: {
    http: 404,
    close: 0,
    retry: "never",
    say: "There is no such file; it may have been deleted.",
  },
  unknown_upload: {
    http: 404,
    close: 0,
    retry: "never",
    say: "There is no such upload; it was finished, thrown away or never begun. Send the file again.",
  },
  room_exists: { http: 409, close: 0, retry: "never", say: "There is a room of that name already." },
  feed_exists: {
    http: 409,
    close: 0,
    retry: "never",
    say: "There is a feed of that name already, and it is made otherwise.",
  },
  type_mismatch: { http: 409, close: 0, retry: "never", say: "The feed holds another content type." },
  mark_passed: {
    http: 409,
    close: 0,
    retry: "never",
    say: "The feed has a message of this Stream-Seq or a later one already.",
  },
  sequence_gap: {
    http: 409,
    close: 0,
    retry: "resend",
    say: "An earlier message of this producer is missing.",
  },
  tail_moved: { http: 409, close: 0, retry: "never", say: "Somebody wrote to the topic in the meantime." },
  offset_mismatch: {
    http: 409,
    close: 0,
    retry: "never",
    say: "The upload stands at another offset. Ask for it, and go on from there.",
  },
  topic_closed: { http: 409, close: 0, retry: "never", say: "That topic is closed." },
  cursor_foreign: {
    http: 410,
    close: 0,
    retry: "from_start",
    say: "That cursor belongs to another log: the topic was wiped, restored or replaced.",
  },
  entries_gone: {
    http: 410,
    close: 0,
    retry: "from_start",
    say: "What comes after that place is no longer kept.",
  },
  protocol_version: {
    http: 412,
    close: 0,
    retry: "never",
    say: "Uploads speak tus 1.0.0: send Tus-Resumable: 1.0.0.",
  },
  etag_mismatch: {
    http: 412,
    close: 0,
    retry: "never",
    say: "The file is not the one that If-Match names.",
  },
  too_large: { http: 413, close: 4413, retry: "never", say: "That message is too large." },
  wrong_type: {
    http: 415,
    close: 0,
    retry: "never",
    say: "The bytes of an upload come as application/offset+octet-stream.",
  },
  range_unsatisfiable: { http: 416, close: 0, retry: "never", say: "The file has no bytes in that range." },
  superseded: {
    http: 423,
    close: 0,
    retry: "never",
    say: "A newer request has taken over this upload.",
  },
  slow_down: {
    http: 429,
    close: 4429,
    retry: "later",
    say: "Too many messages at once. Wait, then send again.",
  },
  too_many: { http: 429, close: 4430, retry: "later", say: "The hub has reached a limit. Try again later." },
  not_your_turn: {
    http: 409,
    close: 0,
    retry: "later",
    say: "Somebody else is measuring. Ask about your turn until nobody is ahead.",
  },
  checksum_mismatch: {
    http: 460,
    close: 0,
    retry: "later",
    say: "The bytes that arrived are not those that were sent: the checksum differs. Send them again.",
  },
  storage_full: {
    http: 507,
    close: 0,
    retry: "later",
    say: "The hub's disk is full. What arrived is kept; go on when there is space.",
  },
  over_quota: {
    http: 507,
    close: 0,
    retry: "never",
    say: "There is no room for that file: the hub's limit for files is reached. Delete some, or ask who runs the hub.",
  },
  log_unavailable: {
    http: 503,
    close: 0,
    retry: "later",
    say: "The hub cannot store anything at the moment. Nothing that was acked is lost.",
  },
  stopping: { http: 503, close: 1001, retry: "later", say: "The hub is stopping. Come back in a moment." },
  too_slow: {
    http: 503,
    close: 4431,
    retry: "later",
    say: "This connection did not read what it was sent.",
  },
  internal: {
    http: 500,
    close: 1011,
    retry: "later",
    say: "Something went wrong in the hub. Its log says what.",
  },
  data_damaged: {
    http: 500,
    close: 0,
    retry: "never",
    say: "The data is damaged. Nothing was changed. Run `landline data salvage`.",
  },
  data_newer: {
    http: 500,
    close: 0,
    retry: "never",
    say: "The data was written by a newer Landline. Start that version, or choose another --data.",
  },
  data_in_use: {
    http: 500,
    close: 0,
    retry: "never",
    say: "Another hub is using that data directory. Stop it, or choose another --data.",
  },
  data_unwritable: {
    http: 500,
    close: 0,
    retry: "never",
    say: "The data directory cannot be written. Choose another with --data.",
  },
  local_file: {
    http: 500,
    close: 0,
    retry: "never",
    say: "A file of this machine cannot be read or written.",
  },
  usage: { http: 400, close: 0, retry: "never", say: "That command line is not understood." },
  port_in_use: {
    http: 500,
    close: 0,
    retry: "never",
    say: "That port is in use. Stop the other program, or choose another with --port.",
  },
  no_hub: { http: 503, close: 0, retry: "later", say: "No hub answers at that address." },
} as const satisfies Record<string, { http: number; close: number; retry: Retry; say: string }>

export type Retry = "never" | "later" | "from_start" | "resend"
export type ErrorCode = keyof typeof ERRORS

/** Facts that a program may want beside the code, such as the topic or the number that was expected. */
export type ErrorDetails = Record<string, string | number | boolean | undefined>

/** The only error that leaves a part of Landline on purpose; everything else is a defect. */
export class LandlineError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails

  /** @param say replaces the table's sentence where a more exact one can be said. */
  constructor(code: ErrorCode, details: ErrorDetails = {}, say?: string) {
    super(say ?? ERRORS[code].say)
    this.name = "LandlineError"
    this.code = code
    this.details = details
  }
}

/** Any thrown value as a LandlineError; what is none of ours becomes `internal` and keeps its cause. */
export function toLandlineError(error: unknown): LandlineError {
  if (error instanceof LandlineError) return error
  const internal = new LandlineError("internal")
  internal.cause = error
  return internal
}
