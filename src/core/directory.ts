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

/** People, their devices, and rooms. Durable as the log is; all implementations pass its contract suite. */
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
}
