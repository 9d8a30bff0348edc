// What is kept of a program that a test starts, to be searched for secrets: what it was given and what it said, every argument of every tool that it
// started, its state folder, and the names of whatever it puts into its temporary folder, for however short a time.

import { type FSWatcher, watch } from 'node:fs'
import { access, appendFile, chmod, mkdir, mkdtemp, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

/** Those that the program wraps. */
const TOOLS = ['flux', 'kubectl', 'git', 'sops', 'age', 'age-keygen', 'helm', 'gh', 'glab']
const SENTINEL = 'flux-ops-test-end'

async function whereIs(tool: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter((each) => each !== '')) {
    const file = join(folder, tool)
    const isThere = await access(file).then(
      () => true,
      () => false,
    )
    if (isThere) return file
  }
  return undefined
}

/** Stands in front of a tool in PATH: writes its arguments down and becomes it. */
const noting = (tool: string, file: string, log: string): string =>
  `#!/bin/sh\n{ printf '%s' '${tool}'; printf ' %s' "$@"; printf '\\n'; } >> '${log}'\nexec '${file}' "$@"\n`

/** Resolves once `name` is seen, and with it all that came before it. */
const seen = (watcher: FSWatcher, name: string): Promise<void> =>
  new Promise((resolve, reject) => {
    watcher.on('error', reject)
    watcher.on('change', (_event, file) => file === name && resolve())
  })

export class Evidence {
  readonly #folder: string
  readonly #path: string

  private constructor(folder: string, path: string) {
    this.#folder = folder
    this.#path = path
  }

  /** `path`: the PATH of what will be started. `folder` must not be there, and is kept. */
  static async open(folder: string, path: string): Promise<Evidence> {
    const front = join(folder, 'bin')
    await mkdir(front, { recursive: true, mode: 0o700 })
    for (const tool of TOOLS) {
      const file = await whereIs(tool, path)
      if (file === undefined) continue
      await writeFile(join(front, tool), noting(tool, file, join(folder, 'argv.log')))
      await chmod(join(front, tool), 0o700)
    }
    return new Evidence(folder, `${front}${delimiter}${path}`)
  }

  get state(): string {
    return join(this.#folder, 'state')
  }

  /** Every tool that was started, with its arguments, in order: `git remote`. */
  async started(): Promise<string[]> {
    const text = await readFile(join(this.#folder, 'argv.log'), 'utf8').catch(() => '')
    return text.split('\n').filter((line) => line !== '')
  }

  /** `work` is given the environment of the program. Names of all that was in the temporary folder meanwhile come back with its result. */
  async during<T extends { readonly text: string }>(
    args: readonly string[],
    work: (env: Readonly<Record<string, string>>) => Promise<T>,
  ): Promise<{ readonly result: T; readonly temporary: readonly string[] }> {
    const tmp = await mkdtemp(join(this.#folder, 'tmp-'))
    const names = new Set<string>()
    const watcher = watch(tmp, (_event, name) => name !== null && name !== SENTINEL && names.add(name))
    try {
      const result = await work({ PATH: this.#path, TMPDIR: tmp, XDG_STATE_HOME: this.state })
      const all = seen(watcher, SENTINEL)
      await writeFile(join(tmp, SENTINEL), '')
      await all
      await appendFile(join(this.#folder, 'said.log'), `$ ${args.join(' ')}\n${result.text}\n`)
      return { result, temporary: [...names] }
    } finally {
      watcher.close()
      await rm(join(tmp, SENTINEL), { force: true })
      // What was left in it is kept.
      await rmdir(tmp).catch(() => undefined)
    }
  }
}
