import { type Clock, systemClock } from "../../core/clock.ts"
import type { Directory, Person, Room } from "../../core/directory.ts"
import { nameKey } from "../../protocol/names.ts"

/** A directory that forgets when the process ends. */
export function openMemoryDirectory(clock: Clock = systemClock): Directory {
  const people = new Map<string, { person: Person; device: string }>()
  const rooms = new Map<string, Room>()
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
  }
}
