import fastifyStatic from "@fastify/static"
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"

/**
 * What the app may do in a browser: run and show what came from this hub, and talk to this hub. No inline script or
 * style, so that text of people that became HTML by a mistake would still run nothing.
 */
const APP_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ")

/** Names of built assets hold a hash of their content: they never change. */
const FOR_EVER = "public, max-age=31536000, immutable"

/** The browser app, as it was built: compressed forms lie beside the files. */
export function registerWeb(app: FastifyInstance, folder: string): void {
  app.register(fastifyStatic, {
    root: folder,
    index: false,
    serveDotFiles: false,
    wildcard: false, // one route for each file that is there: every other address is the API's
    globIgnore: ["**/*.{gz,br}", "index.html"], // the page goes out by sendApp alone, with its policy
    preCompressed: true,
    cacheControl: false,
    setHeaders(reply, path) {
      reply.header("Cache-Control", /[\\/]assets[\\/]/.test(path) ? FOR_EVER : "no-cache")
    },
  })
}

/** Whether a browser asks, and not a program. */
export const wantsPage = ({ headers }: Pick<FastifyRequest, "headers">): boolean =>
  headers.accept?.includes("text/html") ?? false

/** Sends the app's page. */
export function sendApp(reply: FastifyReply): FastifyReply {
  return reply.headers({ "Content-Security-Policy": APP_POLICY, Vary: "Accept" }).sendFile("index.html")
}
