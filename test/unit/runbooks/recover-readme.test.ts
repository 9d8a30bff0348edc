// The runbook for a person without the tool: a paragraph for each state that is known, and for none that is not.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { checks } from '../../../runbooks/recover/checks.ts'
import { REMEDIES } from '../../../src/diagnosis/remedy.ts'

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const readme = readFileSync(at('runbooks/recover/README.md'), 'utf8')

/** What a controller reports, which is no state of a diagnosis. */
const VERDICTS = new Set(['ready', 'failed', 'progressing', 'suspended', 'terminating', 'static'])

function statesIn(folder: string): string[] {
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const found = sources.flatMap((name) =>
    readFileSync(`${folder}/${name}`, 'utf8')
      .split('\n')
      .filter((line) => /\bstate: /.test(line))
      .flatMap((line) => [...line.matchAll(/'([a-z]+(?:-[a-z]+)*)'/g)].map(([, id = '']) => id)),
  )
  return [...new Set(found)].filter((id) => !VERDICTS.has(id)).sort()
}

/** What is done about them, and the checks, come behind the states. */
const states = readme.split(/^## What is done about it$/m)[0] ?? ''

const paragraphs = states
  .split(/^### /m)
  .slice(1)
  .map((part) => ({ id: part.split('\n')[0] ?? '', text: part.split('\n').slice(1).join('\n').split(/^## /m)[0] ?? '' }))

test('every state that a diagnosis may name has a heading, and every heading is such a state', () => {
  expect(paragraphs.map(({ id }) => id).sort()).toEqual(statesIn(at('src/diagnosis')))
})

test('every paragraph says what is never to be done', () => {
  expect(paragraphs.filter(({ text }) => !/\bnever\b/i.test(text)).map(({ id }) => id)).toEqual([])
})

test('every remedy and every check has a paragraph as well', () => {
  const behind = [...(readme.split(/^## What is done about it$/m)[1] ?? '').matchAll(/^### (\S+)$/gm)].map(([, id]) => id)

  expect(behind).toEqual([...REMEDIES, ...checks.map(({ id }) => id)])
})
