import type { FastifyReply, FastifyRequest } from "fastify"
import { fileInfo, type UploadState, uploadInfo } from "../../capabilities/files/types.ts"
import type { FileRecord } from "../../core/directory.ts"
import { type FileInfo, filePath } from "../../protocol/files.ts"
import { printableLine } from "../../protocol/text.ts"
import { reprDigest } from "./digests.ts"
import { wantsJson } from "./visitor.ts"

/** What is said of files and uploads, for programs and for people. PROTOCOL.md 9.2, 9.3 and 9.6. */

/** Where the bytes of a file are got, as its sender may know it: the code is told to nobody else. */
export const pathForSender = (file: FileRecord): string =>
  file.code === "" ? filePath(file) : `/get/${file.code.slice(0, 4)}-${file.code.slice(4)}`

export function infoForSender(file: FileRecord): FileInfo {
  return { ...fileInfo(file), ...(file.code !== "" && { code: file.code }), path: pathForSender(file) }
}

/** A line of a list. */
export const fileLine = ({ id, bytes, name, sender }: FileRecord): string =>
  `${id}\t${bytes}\t${printableLine(name)}\t${sender}\n`

export function uploadLine(state: UploadState): string {
  if (state.file) return fileLine(state.file)
  const { id, offset, bytes = "?", name } = uploadInfo(state)
  return `${id}\t${offset} of ${bytes}\t${printableLine(name)}\n`
}

/** The answer to a file that was sent whole. */
export function sendSent(request: FastifyRequest, reply: FastifyReply, file: FileRecord): FastifyReply {
  const path = pathForSender(file)
  reply.status(201).headers({ Location: path, "Repr-Digest": reprDigest(file.sha256) })
  if (wantsJson(request)) return sendJson(reply, infoForSender(file))
  const where = file.room === "" ? "for the first who gets it" : `in ${file.room}`
  const said = `${printableLine(file.name)}, ${file.bytes} bytes, ${where}, from ${file.sender}`
  return sendText(reply, `http://${request.headers.host}${path}\nsha256 ${file.sha256}\n${said}\n`)
}

export const sendJson = (reply: FastifyReply, value: unknown): FastifyReply =>
  reply.type("application/json").send(`${JSON.stringify(value)}\n`)

export const sendText = (reply: FastifyReply, text: string): FastifyReply =>
  reply.type("text/plain; charset=utf-8").send(text)
