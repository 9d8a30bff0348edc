// The table of known hazards in the README is what the fixtures show, and no more.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { upgrade } from '../../../runbooks/upgrade/index.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const README = join(root, 'runbooks', 'upgrade', 'README.md')

const rows = (readFileSync(README, 'utf8').split('## What is known to go wrong')[1] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| symptom'))
  .map((line) => {
    const [symptom = '', toldBy = '', plainWay = '', test = ''] = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim())
    return { symptom, toldBy, plainWay, test }
  })

const fixtureOf = (test: string): string | undefined => {
  const link = /\]\(([^)]+)\)/.exec(test)?.[1]
  return link && relative(root, join(dirname(README), link))
}

describe('the table of known hazards', () => {
  it('has a row for every fixture, and a fixture behind every link', () => {
    const linked = rows.flatMap(({ test }) => fixtureOf(test) ?? [])

    expect(linked.toSorted()).toEqual(globSync('test/hazards/**/*.test.ts', { cwd: root }).toSorted())
    expect(linked.filter((each) => !existsSync(join(root, each)))).toEqual([])
  })

  it('says of each row what the plain way does, why it was not provoked, or that it is not told', () => {
    const silent = rows.filter(
      ({ toldBy, plainWay, test }) =>
        !toldBy.startsWith('**not told**') && (plainWay === '' || (test === '' && !plainWay.startsWith('not provoked: '))),
    )

    expect(rows.length).toBeGreaterThan(20)
    expect(silent.map(({ symptom }) => symptom)).toEqual([])
  })

  it('names only checks that there are', () => {
    const ids = new Set(upgrade.checks.map((each) => each.id))
    const named = rows.flatMap(({ toldBy }) =>
      [...toldBy.replaceAll(/fact `[^`]*`|step `[^`]*`/g, '').matchAll(/`([a-z0-9-]+)`/g)].map(([, id]) => id ?? ''),
    )

    expect(named.length).toBeGreaterThan(20)
    expect(named.filter((id) => !ids.has(id) && id !== 'Stalled')).toEqual([])
  })
})
