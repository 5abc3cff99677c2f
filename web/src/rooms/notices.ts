import { keep, kept } from "../hub/kept.ts"

/** How this browser tells of new messages while nobody looks. */
export interface NoticeSettings {
  readonly desktop: boolean
  readonly sound: boolean
}

const KEY = "notices"
const CHANGED = "landline:notices"

let settings = kept<NoticeSettings>(KEY, { desktop: false, sound: false })

export const noticeSettings = (): NoticeSettings => settings

export function setNotices(change: Partial<NoticeSettings>): void {
  settings = { ...settings, ...change }
  keep(KEY, settings)
  dispatchEvent(new Event(CHANGED))
}

export function onNotices(changed: () => void): () => void {
  addEventListener(CHANGED, changed)
  return () => removeEventListener(CHANGED, changed)
}

/** Why there are no desktop notifications, and what would bring them; undefined where there are. */
export function desktopProblem(): string | undefined {
  if (!isSecureContext)
    return "Browsers keep notifications from pages on plain http. Served by TLS (https), this hub could send them."
  if (!("Notification" in window)) return "This browser has no notifications."
  if (Notification.permission === "denied")
    return "This browser was told to block notifications of this hub: its settings for this page allow them again."
  return undefined
}

/** @returns whether notifications may be shown now */
export async function allowDesktop(): Promise<boolean> {
  return desktopProblem() === undefined && (await Notification.requestPermission()) === "granted"
}

const SOUND_EVERY_MS = 2_000
const PITCHES_HZ = [660, 880]
const TONE_S = 0.12
const LOUDNESS = 0.08
const TEXT_CHARACTERS = 200

let audio: AudioContext | undefined
let soundedAt = 0

/** Tells of something new, in the ways that are set. @param onClick when the notification is clicked */
export function giveNotice(title: string, text: string, onClick: () => void): void {
  if (settings.sound && performance.now() - soundedAt > SOUND_EVERY_MS) sound()
  if (!settings.desktop || desktopProblem() !== undefined || Notification.permission !== "granted") return
  const notice = shown(title, text.slice(0, TEXT_CHARACTERS))
  if (notice === undefined) return
  notice.onclick = () => {
    window.focus()
    onClick()
    notice.close()
  }
}

function shown(title: string, body: string): Notification | undefined {
  try {
    return new Notification(title, { body, tag: title, icon: "/icon-192.png" })
  } catch {
    return undefined // phones show those of service workers only, which they say only now
  }
}

/** Two soft tones, made here: there is no file to load. */
export function sound(): void {
  soundedAt = performance.now()
  audio ??= new AudioContext()
  for (const [index, pitch] of PITCHES_HZ.entries()) {
    const from = audio.currentTime + index * TONE_S
    const tone = new OscillatorNode(audio, { frequency: pitch })
    const volume = new GainNode(audio, { gain: LOUDNESS })
    volume.gain.setValueAtTime(LOUDNESS, from)
    volume.gain.exponentialRampToValueAtTime(0.001, from + TONE_S)
    tone.connect(volume).connect(audio.destination)
    tone.start(from)
    tone.stop(from + TONE_S)
  }
}
