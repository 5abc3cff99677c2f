import { createReadStream } from "node:fs"
import { basename } from "node:path"
import { Upload } from "tus-js-client"

/** Sends a file by tus-js-client, as its page for Node shows it. */
const [endpoint, path] = process.argv.slice(2) as [string, string]
const filename = basename(path)
await new Promise<unknown>((onSuccess, onError) => {
  // In Node it takes a file's stream, which its types leave out.
  const file = createReadStream(path) as never
  new Upload(file, { endpoint, metadata: { filename }, onSuccess, onError }).start()
})
