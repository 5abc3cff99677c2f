/** A server that takes files, and the program that sends them to it. */
export interface FilePeer {
  readonly name: string
  /** @param dir a folder for its files
   *  @throws NotInstalled */
  start(dir: string): Promise<FileServer>
}

export interface FileServer extends AsyncDisposable {
  /** Runs the sending program: from its start until it ends, when the whole file is there. */
  send(path: string): Promise<void>
  /** The bytes of a file that was sent, by its base name. */
  received(name: string): AsyncIterable<Uint8Array>
}
