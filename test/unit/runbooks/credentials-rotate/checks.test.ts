import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { checks } from '../../../../runbooks/credentials-rotate/checks.ts'

const readme = await readFile(new URL('../../../../runbooks/credentials-rotate/README.md', import.meta.url), 'utf8')
const ids = checks.map(({ id }) => id)

test('every check has an id of its own, and a paragraph of its own in the README, to which its hint links', () => {
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(readme).toMatch(new RegExp(`\n### ${id}\n\\S`))
})

test('the README has no paragraph for a check that is none', () => {
  const headings = [...(readme.split('\n## The checks\n')[1] ?? '').matchAll(/^### (.+)$/gm)].map(([, heading]) => heading)

  expect(headings).toEqual(expect.arrayContaining(ids))
  expect(headings).toHaveLength(ids.length)
})

test('titles are sentences that hold when the check passes', () => {
  for (const { title } of checks) expect(title).toMatch(/^[^A-Z].*[^.]$/)
})
