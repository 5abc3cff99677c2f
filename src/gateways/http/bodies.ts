import type { IncomingMessage, ServerResponse } from "node:http"

/** Whether the client waits for a word before it sends the body (RFC 9110 10.1.1). */
export const expectsContinue = ({ headers, httpVersion }: IncomingMessage): boolean =>
  httpVersion !== "1.0" && headers.expect?.toLowerCase() === "100-continue"

/** Tells a client that waits for it to send the body. */
export function sendContinue(request: IncomingMessage, response: ServerResponse): void {
  if (expectsContinue(request) && !response.headersSent) response.writeContinue()
}

/**
 * Tells a client that waits where its upload stands, before it has sent a byte (104, as in
 * draft-ietf-httpbis-resumable-upload). A response that waits for its turn on the connection has no socket yet.
 */
export function sendUploadLocation(response: ServerResponse, path: string): void {
  response.socket?.write(`HTTP/1.1 104 Upload Resumption Supported\r\nLocation: ${path}\r\n\r\n`)
}

export const hasBody = ({ headers }: Pick<IncomingMessage, "headers">): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0

/** Whether bytes of the body are still to come. */
export const isUnread = (request: IncomingMessage): boolean => !request.complete && hasBody(request)

/** Reads and drops what is left of a body, for at most `ms`. */
export function dropped(request: IncomingMessage, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    const done = () => {
      clearTimeout(timer)
      resolve()
    }
    request.once("end", done).once("close", done).once("error", done).resume()
    if (request.destroyed) done()
  })
}
