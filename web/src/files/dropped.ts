import type { Chosen, FolderFile } from "./chosen.ts"

/** More files than this are not listed any further: no folder of so many can be sent. */
const FILES_MAX = 50_001

/** Whether what is dragged or pasted holds files. */
export const holdsFiles = (data: DataTransfer | null): data is DataTransfer =>
  data?.types.includes("Files") ?? false

/** The files and folders that were dropped. It must be called while the event lasts: the browser forgets them after it. */
export function readDropped(data: DataTransfer): Promise<Chosen[]> {
  const items = [...data.items].filter(({ kind }) => kind === "file")
  const found = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }))
  return Promise.all(found.map(({ entry, file }) => chosenOf(entry, file))).then((all) => all.flat())
}

async function chosenOf(entry: FileSystemEntry | null, file: File | null): Promise<Chosen[]> {
  if (entry?.isDirectory) {
    const files: FolderFile[] = []
    await walk(entry as FileSystemDirectoryEntry, "", files)
    return [{ folder: entry.name, files }]
  }
  return file ? [{ file }] : []
}

async function walk(folder: FileSystemDirectoryEntry, inside: string, files: FolderFile[]): Promise<void> {
  const reader = folder.createReader()
  for (;;) {
    // A browser gives a part of a folder at a time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return
    for (const entry of some) {
      if (files.length >= FILES_MAX) return
      const path = inside + entry.name
      if (entry.isDirectory) await walk(entry as FileSystemDirectoryEntry, `${path}/`, files)
      else files.push({ path, file: await fileOf(entry as FileSystemFileEntry) })
    }
  }
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject))
