/** Paths are absolute. Reads throw OpsError `file-missing`, `file-unreadable` or `file-too-large` (over 16 MiB). */
export interface FileReader {
  exists(path: string): Promise<boolean>
  /** UTF-8 text; throws `file-binary` when it holds a NUL byte or is not UTF-8. */
  readText(path: string): Promise<string>
  /** Files below `root`, as paths relative to it with `/`, sorted; `.git` and symbolic links are left out. */
  walk(root: string): Promise<string[]>
  /** The real path of `path` when it lies inside `root`; throws `path-outside` otherwise. Follows links. */
  inside(root: string, path: string): Promise<string>
  sha256(path: string): Promise<string>
}

export interface Files extends FileReader {
  /** Temp file, fsync, rename, fsync of the folder. Throws OpsError `disk-full`. Mode defaults to 0600. */
  writeText(path: string, text: string, options?: { mode?: number }): Promise<void>
  /** Like writeText but keeps the mode the file already has. */
  replaceText(path: string, text: string): Promise<void>
  makeDir(path: string): Promise<void>
  remove(path: string): Promise<void>
}
