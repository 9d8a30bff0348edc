// A whole history in one pass of `git fast-import`: one commit and one tag a release, the same bytes and so the same ids every time.
import type { Tree } from './tree.ts'

export interface Release {
  /** Without `v`. */
  readonly version: string
  readonly tree: Tree
}

const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`

// Any fixed time does: what is made twice must be equal.
const COMMITTER = 'committer Flux releases <releases@sandbox.invalid> 1700000000 +0000'

/** The input of `git fast-import`; the releases in the order of their history. */
export function* fastImport(releases: Iterable<Release>): Generator<string> {
  for (const { version, tree } of releases) {
    yield `commit refs/heads/main\n${COMMITTER}\n${data(`Release v${version}`)}deleteall\n`
    for (const [path, content] of Object.entries(tree)) yield `M 100644 inline ${path}\n${data(content)}`
    yield `reset refs/tags/v${version}\nfrom refs/heads/main\n\n`
  }
  yield 'done\n'
}
