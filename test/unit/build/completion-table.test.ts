import { expect, test } from 'vitest'
import { completionTable } from '../../../scripts/build/completion-table.ts'

type Manifest = Parameters<typeof completionTable>[0]

const manifest = {
  version: '1.0.0',
  commands: {
    'runs:show': {
      id: 'runs:show',
      summary: 'one run\nin full',
      flags: {
        out: { name: 'out', type: 'option', helpValue: 'FILE', description: 'where to' },
        to: { name: 'to', type: 'option', description: 'release' },
        style: { name: 'style', type: 'option', options: ['pin', 'none'] },
        yes: { name: 'yes', type: 'boolean', char: 'y', summary: 'do not ask' },
        secret: { name: 'secret', type: 'boolean', hidden: true },
      },
    },
    internal: { id: 'internal', hidden: true, flags: {} },
  },
} as unknown as Manifest

test('the table has the program, topics with what is known of them, and commands with their flags; hidden ones are left out', () => {
  const table = completionTable(manifest, { runs: { description: 'what was run' } })

  expect(table).toEqual({
    '': { about: '', flags: {} },
    runs: { about: 'what was run', flags: {} },
    'runs show': {
      about: 'one run',
      flags: {
        out: { about: 'where to', takes: 'file' },
        to: { about: 'release', takes: 'text' },
        style: { about: '', takes: ['pin', 'none'] },
        yes: { char: 'y', about: 'do not ask', takes: 'nothing' },
      },
    },
  })
})
