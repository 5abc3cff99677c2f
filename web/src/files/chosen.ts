/** What somebody chose to send: a file, or a folder with the files in it. */
export type Chosen =
  | { readonly file: File }
  | { readonly folder: string; readonly files: readonly FolderFile[] }

export interface FolderFile {
  /** Inside the folder, with `/` between steps. */
  readonly path: string
  readonly file: File
}

/** Where it goes: a room, or whoever uses a one-time link first. */
export type Target = { readonly room: string } | { readonly link: true }

/** As a file chooser gives them: those of a folder bear their path, which begins with the folder's name. */
export function groupFiles(files: readonly (File & { readonly webkitRelativePath: string })[]): Chosen[] {
  const folders = new Map<string, FolderFile[]>()
  const single: Chosen[] = []
  for (const file of files) {
    const [folder = "", ...steps] = file.webkitRelativePath.split("/")
    if (steps.length === 0) {
      single.push({ file })
      continue
    }
    const inside = folders.get(folder) ?? []
    folders.set(folder, inside)
    inside.push({ path: steps.join("/"), file })
  }
  return [...single, ...[...folders].map(([folder, inside]) => ({ folder, files: inside }))]
}
