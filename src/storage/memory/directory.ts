import { type Clock, systemClock } from "../../core/clock.ts"
import type { Directory, FeedRecord, FileRecord, Person, Room, UploadRecord } from "../../core/directory.ts"
import { nameKey } from "../../protocol/names.ts"

/** A directory that forgets when the process ends. */
export function openMemoryDirectory(clock: Clock = systemClock): Directory {
  const people = new Map<string, { person: Person; device: string }>()
  const rooms = new Map<string, Room>()
  const feeds = new Map<string, FeedRecord>()
  const uploads = new Map<string, UploadRecord>()
  const files = new Map<string, FileRecord>() // oldest first
  return {
    async claim(name, device) {
      const known = people.get(nameKey(name))
      if (known) return known.device === device ? known.person : undefined
      const person = { name, since: clock.now() }
      people.set(nameKey(name), { person, device })
      return person
    },
    async person(name) {
      return people.get(nameKey(name))?.person
    },
    async addRoom(room) {
      if (rooms.has(room.room)) return false
      rooms.set(room.room, room)
      return true
    },
    async room(room) {
      return rooms.get(room)
    },
    async rooms() {
      return [...rooms.values()].sort((a, b) => (a.room < b.room ? -1 : 1))
    },
    async setTopicLine(room, line) {
      const known = rooms.get(room)
      if (known) rooms.set(room, { ...known, line })
    },

    async setFeed(feed) {
      feeds.set(feed.feed, feed)
    },
    async feeds() {
      return [...feeds.values()]
    },
    async removeFeed(feed) {
      feeds.delete(feed)
    },

    async setUpload(upload) {
      uploads.set(upload.id, upload)
    },
    async upload(id) {
      return uploads.get(id)
    },
    async openUploads(sender) {
      return [...uploads.values()]
        .filter((upload) => upload.file === "" && (sender === undefined || upload.sender === sender))
        .map((upload) => ({ ...upload, metadata: "" }))
    },
    async endedUploads(now) {
      const ended = [...uploads.values()].filter(({ file, expires }) => file !== "" && expires <= now)
      return ended.map(({ id }) => id)
    },
    async removeUpload(id) {
      uploads.delete(id)
    },

    async setFile(file) {
      files.set(file.id, { ...file, downloads: files.get(file.id)?.downloads ?? file.downloads })
    },
    async file(id) {
      return files.get(id)
    },
    async fileOfCode(code) {
      return code === "" ? undefined : [...files.values()].find((file) => file.code === code)
    },
    async files({ room, words, sender, before, limit }) {
      const all = [...files.values()]
      const end = before === undefined ? all.length : all.findIndex(({ id }) => id === before)
      const found = all
        .slice(0, Math.max(0, end))
        .filter((file) => (room === undefined ? file.room !== "" : file.room === room))
        .filter((file) => !words || nameKey(file.name).includes(nameKey(words)))
        .filter((file) => sender === undefined || file.sender === sender)
      return found.reverse().slice(0, limit)
    },
    async filesToTend(now) {
      const all = [...files.values()]
      const expired = all.filter(({ expires }) => expires > 0 && expires <= now)
      return [...expired, ...all.filter(({ offset, room }) => offset === 0 && room !== "")]
    },
    async countDownload(id) {
      const file = files.get(id)
      if (file) files.set(id, { ...file, downloads: file.downloads + 1 })
    },
    async removeFile(id) {
      files.delete(id)
    },
    async fileBytes() {
      const bySender = new Map<string, number>()
      const blobs = new Map<string, number>()
      for (const { sender, bytes, sha256 } of files.values()) {
        bySender.set(sender, (bySender.get(sender) ?? 0) + bytes)
        blobs.set(sha256, bytes)
      }
      return { all: [...blobs.values()].reduce((sum, bytes) => sum + bytes, 0), bySender }
    },
    async filesOf(wanted) {
      return [...files.values()].filter(({ sha256 }) => sha256 === wanted).length
    },
  }
}
