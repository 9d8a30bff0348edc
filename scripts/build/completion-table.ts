// What completion needs to know of the command surface, out of the manifest.

import type { Manifest, oclifPackage } from '../../src/cli/oclif-config.ts'
import type { CommandCompletion, CompletionTable, FlagCompletion } from '../../src/cli/start/complete.ts'

type Cached = Manifest['commands'][string]
type CachedFlag = Cached['flags'][string]

const FILE_VALUES = ['FILE', 'DIR', 'PLANFILE', 'PATH']

const takes = (flag: CachedFlag): FlagCompletion['takes'] => {
  if (flag.type === 'boolean') return 'nothing'
  if (flag.options !== undefined && flag.options.length > 0) return flag.options
  return FILE_VALUES.includes(String(flag.helpValue ?? '')) ? 'file' : 'text'
}

const firstLine = (text: string | undefined): string => (text ?? '').split('\n', 1)[0] ?? ''

const flagEntries = (flags: Cached['flags']): [string, FlagCompletion][] =>
  Object.entries(flags)
    .filter(([, flag]) => !flag.hidden)
    .map(([name, flag]) => {
      const about = firstLine(flag.summary ?? flag.description)
      return [name, { ...(flag.char === undefined ? {} : { char: flag.char }), about, takes: takes(flag) }]
    })

type Topics = ReturnType<typeof oclifPackage>['oclif']['topics']

export const completionTable = (manifest: Manifest, topics: Topics = {}): CompletionTable => {
  const table: Record<string, CommandCompletion> = { '': { about: '', flags: {} } }
  for (const [id, command] of Object.entries(manifest.commands).sort(([a], [b]) => a.localeCompare(b))) {
    if (command.hidden) continue
    const words = id.split(':')
    for (let depth = 1; depth < words.length; depth++) {
      const topic = words.slice(0, depth).join(' ')
      table[topic] ??= { about: topics[topic]?.description ?? '', flags: {} }
    }
    table[words.join(' ')] = {
      about: firstLine(command.summary ?? command.description),
      flags: Object.fromEntries(flagEntries(command.flags)),
    }
  }
  return table
}
