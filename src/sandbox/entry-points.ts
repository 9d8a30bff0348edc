// How our own background programs are started: from source under a Node that strips types, from dist once bundled.
import { fileURLToPath } from 'node:url'

const SOURCES = { 'node-agent': './node-agent/main.ts', 'git-server': './services/git-server/main.ts' } as const
export type EntryPoint = keyof typeof SOURCES

/** In a bundle, `<folder of the bundle>/sandbox-<name>.js` stands for the source file. */
export function entryPoint(name: EntryPoint): readonly string[] {
  const here = import.meta.url
  const file = here.endsWith('.ts') ? SOURCES[name] : `./sandbox-${name}.js`
  return [process.execPath, fileURLToPath(new URL(file, here))]
}
