/** A text file of a repository: `path` relative to its root with `/`. */
export type RepoFile = { readonly path: string; readonly text: string }
