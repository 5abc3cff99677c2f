import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { LandlineError } from "./errors.ts"
import { limits } from "./limits.ts"
import {
  feedOf,
  guestAuthor,
  isGuest,
  nameKey,
  personName,
  plainName,
  roomName,
  roomOf,
  topicName,
} from "./names.ts"

const seed = Number(process.env.SEED ?? 1)
const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.string({ unit: "grapheme", maxLength: 80 }),
  fc.string({ unit: fc.constantFrom(..."aÄßẞſK  ~ ~\u0301\u200d\u202e\u3164\u2800.-_İıΣς"), maxLength: 8 }),
)
const refused = (make: (text: string) => string, text: string, say?: RegExp) =>
  assert.throws(
    () => make(text),
    (error) =>
      error instanceof LandlineError && error.code === "bad_name" && (say ?? / /).test(error.message),
    JSON.stringify(text),
  )
/** What `make` gives, undefined where it refuses. */
function tried(make: (text: string) => string, text: string): string | undefined {
  try {
    return make(text)
  } catch (error) {
    assert.ok(error instanceof LandlineError, String(error))
    return undefined
  }
}

test("personName: names of many scripts are taken, in one form", () => {
  for (const [text, name] of [
    ["ada", "ada"],
    ["  Ada   Lovelace ", "Ada Lovelace"],
    ["Ada\u00a0\u2003Lovelace", "Ada Lovelace"],
    ["Zoe\u0308", "Zoë"],
    ["李小龍", "李小龍"],
    ["محمد", "محمد"],
    ["O'Brien-Ñandú 2", "O'Brien-Ñandú 2"],
    ["🦉", "🦉"],
    ["x".repeat(limits.nameCharactersMax), "x".repeat(limits.nameCharactersMax)],
    ["🦉".repeat(limits.nameCharactersMax), "🦉".repeat(limits.nameCharactersMax)],
  ] as const)
    assert.equal(personName(text), name)
})

test("personName: controls, bidi overrides and what cannot be seen are refused in words", () => {
  const signs = [
    ..."\x00\x07\x08\x1b\x7f\x85\x9b",
    ..."\u200b\u200d\u200e\u202a\u202e\u2066\u2069\u061c\ufeff\u2028\u2029",
    ..."\u00ad\u034f\u115f\u3164\uffa0\u2800\ufe0f\u{e0041}\u{1d159}",
    "\ue000",
    "\ud800",
  ]
  for (const sign of signs) refused(personName, `a${sign}b`, /control or invisible/)
  refused(personName, "a\nb", /control/)
  refused(personName, "a\tb", /control/)
})

test("personName: what is no name is refused", () => {
  for (const text of ["", " ", "\u00a0\u2003 ", "\n"]) refused(personName, text, /at least one letter/)
  for (const text of ["...", "-", "«»"]) refused(personName, text, /at least one letter/)
  refused(personName, "x".repeat(300), /at most 64 characters/)
  refused(personName, "\u0301ada", /begin with a mark/)
})

test("personName: nobody can look like a guest by name", () => {
  for (const text of ["~ada", "ada~2", "ad~a", "\uff5eada"]) refused(personName, text, /marks guests/)
})

test(`personName: is idempotent, and what it gives can be shown anywhere (SEED=${seed})`, () => {
  fc.assert(
    fc.property(texts, (text) => {
      const name = tried(personName, text)
      if (name === undefined) return
      assert.equal(personName(name), name)
      assert.doesNotMatch(name, /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}~]|^\p{Zs}|\p{Zs}$/u)
      assert.ok([...name].length <= limits.nameCharactersMax)
    }),
    { seed, numRuns: 1_000 },
  )
})

test("nameKey: look-alikes by case and by compatibility are one name", () => {
  for (const [one, other] of [
    ["Ada", "ada"],
    ["ada", "\uff41\uff44\uff41"],
    ["Ada", "\u{1d400}\u{1d41d}\u{1d41a}"],
    ["Zoë", "Zoe\u0308"],
    ["STRASSE", "straße"],
    ["straße", "STRAẞE"],
    ["ﬁona", "Fiona"],
    ["kelvin", "\u212aelvin"],
    ["ΟΔΟΣ", "οδος"],
    ["οδοσ", "οδος"],
    ["Ivan", "ıvan"],
    ["x²", "X2"],
  ] as const)
    assert.equal(nameKey(one), nameKey(other), `${one} ${other}`)
  assert.notEqual(nameKey("ada"), nameKey("adam"))
})

test("nameKey: of every letter there is, no case and no form gives another key", () => {
  const strays: string[] = []
  for (let code = 0; code <= 0x10ffff; code++) {
    const letter = String.fromCodePoint(code)
    if (!/[\p{L}\p{M}\p{N}\p{S}\p{P}]/u.test(letter)) continue
    const key = nameKey(letter)
    const forms = [
      key,
      letter.toUpperCase(),
      letter.toLowerCase(),
      letter.normalize("NFD"),
      letter.normalize("NFKD"),
    ]
    if (forms.some((form) => nameKey(form) !== key)) strays.push(`U+${code.toString(16)}`)
  }
  assert.deepEqual(strays, [])
})

test("guests: are marked, told apart, and keep the name they gave", () => {
  assert.equal(guestAuthor("ada", 1), "~ada")
  assert.equal(guestAuthor("ada", 2), "~ada~2")
  assert.ok(isGuest("~ada") && !isGuest("ada"))
  for (const author of ["ada", "~ada", "~ada~2", "~ada~17"]) assert.equal(plainName(author), "ada")
  assert.equal(plainName("~agent 007"), "agent 007")
})

test("roomName: one form for one room", () => {
  for (const text of ["lobby", "Lobby", " LOBBY ", "\uff4cobby"]) assert.equal(roomName(text), "lobby")
  for (const text of ["raum-2", "a.b_c", "日本語", "кино", "क्षेत्र", "2b"]) assert.equal(roomName(text), text)
})

test("roomName: what could act in a path or an address, or cannot be seen, is refused", () => {
  const bad = [
    "",
    " ",
    "..",
    ".hidden",
    "-x",
    "_x",
    "a/b",
    "a\\b",
    "../etc",
    "a b",
    "a?b",
    "a#b",
    "a%2fb",
    "a:b",
  ]
  for (const text of [
    ...bad,
    "<b>",
    'a"',
    "a\0",
    "a\nb",
    "~a",
    "a\u202eb",
    "x".repeat(65),
    "\ufdfa".repeat(10),
  ])
    refused(roomName, text, /A room's name is/)
  for (const text of ["\u3164", "a\u3164", "a\ufe0f", "a\u034f", "\u115f"]) refused(roomName, text)
})

test(`roomName: is idempotent, and fits a segment of an address (SEED=${seed})`, () => {
  fc.assert(
    fc.property(texts, (text) => {
      const name = tried(roomName, text)
      if (name === undefined) return
      assert.equal(roomName(name), name)
      assert.equal(nameKey(name), name)
      assert.equal(decodeURI(new URL(`http://hub/rooms/${name}`).pathname), `/rooms/${name}`)
    }),
    { seed, numRuns: 1_000 },
  )
})

test("topicName: rooms and feeds are topics; other kinds are unknown", () => {
  assert.equal(topicName("room/Lobby"), "room/lobby")
  assert.equal(roomOf(topicName("room/Lobby")), "lobby")
  refused(topicName, "room/")
  refused(topicName, "room/../x")
  assert.equal(topicName("feed/Lab/Temp"), "feed/lab/temp")
  assert.equal(feedOf(topicName("feed/Lab/Temp")), "lab/temp")
  for (const name of [
    "",
    "a//b",
    "/a",
    "a/",
    "a/../b",
    "a/.b",
    "a b",
    `a/${"x".repeat(65)}`,
    `${"x/".repeat(120)}x`,
  ])
    refused(topicName, `feed/${name}`)
  for (const text of ["", "lobby", "wire/x", "ROOM/lobby", "x".repeat(1_000)])
    assert.throws(
      () => topicName(text),
      (error) => error instanceof LandlineError && error.code === "unknown_topic",
    )
})
