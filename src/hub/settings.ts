import { hostname } from "node:os"
import { z } from "zod"
import { limits } from "../protocol/limits.ts"
import { LOBBY, roomName } from "../protocol/names.ts"

/**
 * Every setting of a hub, declared once: `landline serve --help`, the environment and docs/settings.md derive
 * from this table.
 */
export const settings = {
  port: {
    flag: "--port <number>",
    env: "LANDLINE_PORT",
    schema: z.coerce.number().int().min(0).max(65_535).default(7300),
    help: "port for HTTP, WebSocket and probes, TCP and UDP alike; 0 takes any free port",
  },
  host: {
    flag: "--host <address>",
    env: "LANDLINE_HOST",
    schema: z.string().min(1).default("127.0.0.1"),
    help: "address or name to listen on; any but this machine's own needs --open",
  },
  lan: {
    flag: "--lan",
    env: "LANDLINE_LAN",
    schema: z.stringbool().or(z.boolean()).default(false),
    help: "listen on all addresses of this machine; needs --open",
  },
  open: {
    flag: "--open",
    env: "LANDLINE_OPEN",
    schema: z.stringbool().or(z.boolean()).default(false),
    help: "let everybody in who reaches the hub; without invites there is no other way on a network",
  },
  data: {
    flag: "--data <folder>",
    env: "LANDLINE_DATA",
    schema: z.string().min(1).default("data"),
    help: "folder that keeps everything; :memory: keeps nothing",
  },
  name: {
    flag: "--name <name>",
    env: "LANDLINE_HUB_NAME",
    schema: z.string().min(1).max(64).default(hostname()),
    help: "what the hub is called",
  },
  lab: {
    flag: "--lab [list]",
    env: "LANDLINE_LAB",
    schema: z.union([z.literal(true), z.string()]).optional(),
    help: "serve the coursework protocols: all on their own ports, or some, as in chat:12345 (0: any free port)",
  },
  labRoom: {
    flag: "--lab-room <room>",
    env: "LANDLINE_LAB_ROOM",
    schema: z.string().optional(),
    help: "room in which lab programs talk; else `lab` where all of them are served, and `lobby` where some are",
  },
  labDir: {
    flag: "--lab-dir <folder>",
    env: "LANDLINE_LAB_DIR",
    schema: z.string().min(1).optional(),
    help: "folder in which files from lab programs are saved as well as announced; none by default",
  },
  labIntervalMs: {
    flag: "--lab-interval-ms <count>",
    env: "LANDLINE_LAB_INTERVAL_MS",
    schema: z.coerce.number().int().min(1).max(3_600_000).default(1_000),
    help: "milliseconds between two messages of the feeds `users` and `numbers`, which --lab makes",
  },
  labSize: {
    flag: "--lab-size <count>",
    env: "LANDLINE_LAB_SIZE",
    schema: z.coerce.number().int().min(1).max(10_000).default(100),
    help: "numbers in a message of the feed `numbers`",
  },
  lineEvery: {
    flag: "--line-every <seconds>",
    env: "LANDLINE_LINE_EVERY",
    schema: z.coerce.number().int().min(0).max(86_400).default(60),
    help: "seconds after which each open chat or follow measures its line to the hub again; 0 turns that off",
  },
  probeRate: {
    flag: "--probe-rate <count>",
    env: "LANDLINE_PROBE_RATE",
    schema: z.coerce.number().int().min(1).max(1_000_000).default(limits.probesPerSecondMax),
    help: "UDP probes a second that are answered to one address, and as many in a burst",
  },
  publishRate: {
    flag: "--publish-rate <count>",
    env: "LANDLINE_PUBLISH_RATE",
    schema: z.coerce.number().int().min(1).default(limits.publishesPerSecondMax),
    help: "messages a second that one session may publish, and twice as many in a burst",
  },
  keepEntries: {
    flag: "--keep-entries <count>",
    env: "LANDLINE_KEEP_ENTRIES",
    schema: z.coerce.number().int().min(0).default(0),
    help: "entries kept of each room; 0 keeps all",
  },
  keepBytes: {
    flag: "--keep-bytes <bytes>",
    env: "LANDLINE_KEEP_BYTES",
    schema: z.coerce.number().int().min(0).default(0),
    help: "bytes of text kept of each room; 0 keeps all",
  },
  keepDays: {
    flag: "--keep-days <days>",
    env: "LANDLINE_KEEP_DAYS",
    schema: z.coerce.number().min(0).default(0),
    help: "days for which entries of a room are kept; 0 keeps them for ever",
  },
  filesBytes: {
    flag: "--files-bytes <bytes>",
    env: "LANDLINE_FILES_BYTES",
    schema: z.coerce.number().int().min(0).default(0),
    help: "bytes that all files may take; 0 leaves it to the disk",
  },
  filesBytesPerPerson: {
    flag: "--files-bytes-per-person <bytes>",
    env: "LANDLINE_FILES_BYTES_PER_PERSON",
    schema: z.coerce.number().int().min(0).default(0),
    help: "bytes that the files of one person may take; 0 sets no bound",
  },
  filesDays: {
    flag: "--files-days <days>",
    env: "LANDLINE_FILES_DAYS",
    schema: z.coerce.number().min(0).default(0),
    help: "days for which a file is kept; 0 keeps it until somebody deletes it",
  },
  filesFree: {
    flag: "--files-free <bytes>",
    env: "LANDLINE_FILES_FREE",
    schema: z.coerce.number().int().min(0).optional(),
    help: "bytes of the disk that files leave free for messages; else 256 MiB, and on a small disk 5 %",
  },
} as const satisfies Record<string, Setting>

interface Setting {
  readonly flag: string
  readonly env: string
  readonly schema: z.ZodType
  readonly help: string
}

export type SettingName = keyof typeof settings
export type Settings = { readonly [K in SettingName]: z.output<(typeof settings)[K]["schema"]> }

/** The room in which lab programs talk. @throws LandlineError bad_name */
export function labRoom({ lab, labRoom }: Settings): string {
  return roomName(labRoom ?? (lab === true ? "lab" : LOBBY))
}

/** The settings as people read them: the preset is left out where it is "none" or "no". */
export function describeSettings(): { flag: string; env: string; preset: string; help: string }[] {
  return Object.values(settings).map(({ flag, env, schema, help }) => {
    const preset = schema.safeParse(undefined).data
    return { flag, env, preset: preset === undefined || preset === false ? "" : String(preset), help }
  })
}
