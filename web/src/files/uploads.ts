import { useSyncExternalStore } from "react"
import { LandlineError, type Session } from "../../../src/client/main.ts"
import type { UploadInfo } from "../../../src/protocol/files.ts"
import type { HubHttp } from "../hub/http.ts"
import type { HubLink } from "../hub/hub.tsx"
import { toast } from "../ui/toasts.tsx"
import type { Chosen, Target } from "./chosen.ts"
import { takeSends } from "./send-files.ts"
import { type Source, sourceOf } from "./sources.ts"
import type { Standing } from "./standing.ts"
import { type Surroundings, Transfer } from "./transfer.ts"
import { SEEN_EVERY_MS, type Unfinished, UnfinishedUploads } from "./unfinished.ts"
import { abandon } from "./upload.ts"

/** An upload of an earlier visit, which goes on when its file is chosen again. */
export interface Left extends Unfinished {
  /** Bytes that the hub has. */
  readonly offset: number
}

/** Everything on its way, for the screen. */
export interface UploadsNow {
  readonly transfers: readonly Standing[]
  readonly left: readonly Left[]
}

/** More at a time make none of them faster, and a browser has six connections to a hub. */
const AT_ONCE = 3
const TICK_MS = 500
const TELL_MS = 100

interface Hub {
  readonly http: HubHttp
  readonly session: Session
  readonly kept: UnfinishedUploads
}

/** What this page sends. It stands outside of all screens, so that moving between them interrupts nothing. */
class Uploads {
  now: UploadsNow = { transfers: [], left: [] }
  #hub: Hub | undefined
  #transfers: Transfer[] = []
  #left: Left[] = []
  #ticking: ReturnType<typeof setInterval> | undefined
  #telling: ReturnType<typeof setTimeout> | undefined
  #touched = 0
  readonly #listeners = new Set<() => void>()

  /** Sends as this person from now on. @returns what ends it: uploads stop, and what the hub has of them stays */
  attach({ who, http, session }: HubLink): () => void {
    const hub = { http, session, kept: new UnfinishedUploads(who.name) }
    this.#hub = hub
    const live = () => {
      if (session.state !== "live") return
      for (const transfer of this.#transfers) transfer.wake()
      void this.#findLeft(hub)
    }
    const off = session.on("state", live)
    live()
    const done = takeSends((chosen, target) => this.add(chosen, target))
    return () => {
      off()
      done()
      for (const transfer of this.#transfers) transfer.end()
      this.#transfers = []
      this.#left = []
      this.#hub = undefined
      this.#changed()
    }
  }

  /** Sends these, each when its turn comes. */
  add(chosen: readonly Chosen[], target: Target): void {
    for (const one of chosen) this.#addSource(() => sourceOf(one), target)
    this.#pump()
  }

  /** Goes on with an upload of an earlier visit; a toast says so where another file was chosen. */
  async goOn(left: Left, chosen: readonly Chosen[]): Promise<void> {
    for (const one of chosen) {
      const fingerprint = await printOf(one)
      if (fingerprint !== left.fingerprint) continue
      this.#addSource(() => sourceOf(one), left.target)
      return this.#pump()
    }
    toast(`That is not the same ${left.items > 0 ? "folder" : "file"}, or it was changed since.`)
  }

  pause(id: number): void {
    this.#find(id)?.pause()
    this.#pump()
  }

  /** Goes on with what was paused or has failed. */
  resume(id: number): void {
    this.#find(id)?.queue()
    this.#pump()
  }

  pauseAll(): void {
    for (const transfer of this.#transfers) if (transfer.isUnderWay) transfer.pause()
  }

  resumeAll(): void {
    for (const transfer of this.#transfers) if (transfer.standing.state === "paused") transfer.queue()
    this.#pump()
  }

  /** Takes it back: the hub throws away what it has of it. */
  cancel(id: number): void {
    const transfer = this.#find(id)
    if (!transfer) return
    transfer.end()
    if (transfer.upload !== undefined && transfer.standing.state !== "done") this.#forget(transfer.upload)
    this.#transfers = this.#transfers.filter((other) => other !== transfer)
    this.#pump()
    this.#changed()
  }

  /** Takes back an upload of an earlier visit. */
  dismiss(left: Left): void {
    this.#left = this.#left.filter(({ path }) => path !== left.path)
    this.#forget(left.path)
    this.#changed()
  }

  /** Takes what is done or has failed from the list. */
  clear(): void {
    this.#transfers = this.#transfers.filter(
      ({ standing: { state } }) => state !== "done" && state !== "failed",
    )
    this.#changed()
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #addSource(open: () => Source, target: Target): void {
    const hub = this.#hub
    if (!hub) return
    const around: Surroundings = {
      http: hub.http,
      isLive: () => hub.session.state === "live",
      changed: () => this.#changed(),
      begun: ({ source, fingerprint }, path) => {
        const { name, bytes, items } = source
        hub.kept.remember({ path, fingerprint, name, bytes, items, target })
      },
      over: (path) => hub.kept.forget(path),
    }
    try {
      this.#transfers.push(new Transfer(open(), target, around))
      this.#changed()
    } catch (error) {
      if (!(error instanceof LandlineError)) throw error
      toast(error.message)
    }
  }

  /** Begins what may begin. */
  #pump(): void {
    const running = this.#transfers.filter(
      ({ isUnderWay, standing }) => isUnderWay && standing.state !== "queued",
    ).length
    const queued = this.#transfers.filter(({ standing }) => standing.state === "queued")
    for (const transfer of queued.slice(0, Math.max(0, AT_ONCE - running))) void this.#run(transfer)
    this.#ticking ??= setInterval(() => this.#tick(), TICK_MS)
  }

  async #run(transfer: Transfer): Promise<void> {
    await transfer.run(async () => {
      transfer.fingerprint ||= await transfer.source.fingerprint().catch(() => "") // the digest will tell of it
      transfer.upload ??= this.#takeLeft(transfer)
    })
    this.#pump()
  }

  /** The upload of an earlier visit that is of the same file, if there is one; it is left no longer. */
  #takeLeft({ fingerprint, standing }: Transfer): string | undefined {
    const place = JSON.stringify(standing.target)
    const same = this.#left.find(
      (left) => left.fingerprint === fingerprint && JSON.stringify(left.target) === place,
    )
    if (!same) return undefined
    this.#left = this.#left.filter((left) => left !== same)
    return same.path
  }

  /** What an earlier visit has left: as the hub stands, and as this browser remembers. */
  async #findLeft({ http, kept }: Hub): Promise<void> {
    const own = new Set(this.#transfers.flatMap(({ upload }) => upload ?? []))
    const remembered = kept.list().filter(({ path }) => !own.has(path))
    if (remembered.length === 0) return
    const open = await http.json<UploadInfo[]>("/uploads").catch(() => undefined)
    if (!open || http !== this.#hub?.http) return
    const offsets = new Map(open.map(({ path, offset }) => [path, offset]))
    for (const upload of remembered) if (!offsets.has(upload.path)) kept.forget(upload.path)
    this.#left = remembered.flatMap((upload) => {
      const offset = offsets.get(upload.path)
      return offset === undefined ? [] : [{ ...upload, offset }]
    })
    this.#changed()
  }

  #tick(): void {
    const open = this.#transfers.filter(({ standing: { state } }) => state !== "done" && state !== "failed")
    if (open.length === 0) {
      clearInterval(this.#ticking)
      this.#ticking = undefined
      return
    }
    for (const transfer of open) transfer.tick()
    if (Date.now() - this.#touched < SEEN_EVERY_MS) return
    this.#touched = Date.now()
    this.#hub?.kept.touch(new Set(open.flatMap(({ upload }) => upload ?? [])))
  }

  #forget(path: string): void {
    if (!this.#hub) return
    this.#hub.kept.forget(path)
    void abandon(this.#hub.http, path)
  }

  #find(id: number): Transfer | undefined {
    return this.#transfers.find(({ standing }) => standing.id === id)
  }

  /** Progress comes in small steps; the screen is told of them some times a second. */
  #changed(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined
      this.now = { transfers: this.#transfers.map(({ standing }) => standing), left: this.#left }
      for (const listener of this.#listeners) listener()
    }, TELL_MS)
  }
}

/** Undefined where it cannot be read or sent. */
async function printOf(chosen: Chosen): Promise<string | undefined> {
  try {
    return await sourceOf(chosen).fingerprint()
  } catch {
    return undefined
  }
}

export const uploads = new Uploads()

export const useUploads = (): UploadsNow => useSyncExternalStore(uploads.subscribe, () => uploads.now)
