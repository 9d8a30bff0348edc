// The sources of a program that comes neither from npm nor as a Go module: by apt-get, from the Debian archive that this machine is set up with, into a folder
// of ours. No root: lists and cache are ours too, and nothing is installed.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OpsError } from '../../errors.ts'
import { runTo } from './command.ts'
import { sha256File } from './store.ts'

export interface DebianSource {
  /** Name of the source package. */
  readonly package: string
  /** The upstream archive in it: the same for every revision of the package. */
  readonly file: string
  readonly sha256: string
}

const SETTINGS = '/etc/apt'

/** The archive itself, and no archive of somebody else. */
const isDebian = (text: string): boolean => /\/debian\/?(?:\s|$)/m.test(text)

/** Entries for binary packages, as entries for sources; '' where there is none of Debian. In both of apt's spellings. */
export function sourceEntries(text: string, spelling: 'list' | 'sources'): string {
  const lines = text.split('\n').filter((line) => !line.trimStart().startsWith('#'))
  if (spelling === 'list')
    return lines
      .filter((line) => /^\s*deb\s/.test(line) && isDebian(line))
      .map((line) => line.replace(/^\s*deb\s/, 'deb-src '))
      .join('\n')
  return lines
    .join('\n')
    .split(/\n\s*\n/)
    .filter((stanza) => /^Types:.*\bdeb\b/m.test(stanza) && isDebian(/^URIs:(.*)$/m.exec(stanza)?.[1] ?? ''))
    .map((stanza) => stanza.trim().replace(/^Types:.*$/m, 'Types: deb-src'))
    .join('\n\n')
}

const spellingOf = (name: string): 'list' | 'sources' | undefined =>
  name.endsWith('.list') ? 'list' : name.endsWith('.sources') ? 'sources' : undefined

/** Copies what this machine's apt knows of the archive. Whether there was anything. */
async function copyEntries(folder: string): Promise<boolean> {
  const parts = await readdir(join(SETTINGS, 'sources.list.d')).catch(() => [])
  const files = ['sources.list', ...parts.map((name) => join('sources.list.d', name))]
  let found = false
  for (const [at, file] of files.entries()) {
    const spelling = spellingOf(file)
    if (spelling === undefined) continue
    const entries = sourceEntries(await readFile(join(SETTINGS, file), 'utf8').catch(() => ''), spelling)
    if (entries === '') continue
    found = true
    await writeFile(join(folder, `${at}.${spelling}`), `${entries}\n`)
  }
  return found
}

const missing = (message: string, ...hints: string[]): OpsError => new OpsError({ code: 'toolchain-source', message, hints })

/** @returns path of the archive, of the sum that is pinned. Throws OpsError `toolchain-source` or what runTo throws. */
export async function debianSource(source: DebianSource, work: string, signal?: AbortSignal): Promise<string> {
  const [parts, lists, cache, target] = ['parts', 'lists', 'cache', 'source'].map((name) => join(work, name)) as [
    string,
    string,
    string,
    string,
  ]
  for (const folder of [parts, join(lists, 'partial'), join(cache, 'archives', 'partial'), target])
    await mkdir(folder, { recursive: true, mode: 0o755 })
  if (!(await copyEntries(parts)))
    throw missing(
      `the sources of ${source.package} come from Debian, and apt knows no archive of Debian here`,
      'use a machine with Debian 12',
    )
  const settings = {
    'Dir::State::Lists': lists,
    'Dir::Cache': cache,
    'Dir::Etc::SourceList': '/dev/null',
    'Dir::Etc::SourceParts': parts,
    'APT::Sandbox::User': 'root',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  await runTo('apt-get', ['--quiet', ...options, 'update'], { cwd: target, signal })
  await runTo('apt-get', ['--quiet', ...options, 'source', '--download-only', '--only-source', source.package], { cwd: target, signal })
  const file = join(target, source.file)
  const sum = await sha256File(file).catch(() => undefined)
  if (sum === source.sha256) return file
  throw missing(
    sum === undefined
      ? `the Debian of this machine has another ${source.package} than the pinned ${source.file}`
      : `${source.file} is not the one that is pinned`,
    'use a machine with Debian 12, or pin what this one has in src/sandbox/toolchain/recipes.ts',
  )
}
