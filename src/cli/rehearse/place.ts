// Where rehearsals are: a folder each, named after its process, so that what a killed one has left is found and ended by the next.
import { mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { markOf, whereabouts } from '../../adapters/processes.ts'
import { defaultRoot, down } from '../../sandbox/index.ts'

const NAME = /^p(\d+)-(\d*)$/

export interface Place {
  readonly root: string
  readonly name: string
  /** Ends every process of it and removes its folder. */
  remove(): Promise<void>
}

async function endLeftOver(root: string): Promise<void> {
  for (const entry of await readdir(root, { withFileTypes: true })) {
    const [, pid, started = ''] = NAME.exec(entry.name) ?? []
    if (pid === undefined || !entry.isDirectory()) continue
    const { host } = await markOf(process.pid)
    if ((await whereabouts({ host, pid: Number(pid), started })) === 'gone') await removeOne(root, entry.name)
  }
}

async function removeOne(root: string, name: string): Promise<void> {
  await down(name, { root, delete: true, graceMs: 0 })
  await rm(join(root, name), { recursive: true, force: true, maxRetries: 3 })
}

export async function openPlace(env: Readonly<Record<string, string | undefined>>): Promise<Place> {
  const root = join(dirname(defaultRoot(env)), 'rehearsals')
  await mkdir(root, { recursive: true, mode: 0o700 })
  await endLeftOver(root)
  const { pid, started } = await markOf(process.pid)
  const name = `p${pid}-${started}`
  return { root, name, remove: () => removeOne(root, name) }
}
