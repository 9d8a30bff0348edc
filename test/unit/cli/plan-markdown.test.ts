import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { assertMarkdownFree, writeMarkdown } from '../../../src/cli/plan-markdown.ts'
import { planInput } from '../../../src/cli/upgrade-input.ts'
import { OpsError } from '../../../src/errors.ts'

let dir: string
let file: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'flux-ops-markdown-'))
  file = join(dir, 'comment.md')
})

afterEach(() => rm(dir, { recursive: true, force: true }))

const codeOf = (work: () => unknown): Promise<string | undefined> =>
  Promise.resolve()
    .then(work)
    .then(
      () => undefined,
      ({ code }: { code?: string }) => code,
    )

const told = { runbook: 'upgrade', ci: true }

test('a comment is written over by the next one, and nothing else is', async () => {
  await writeMarkdown({ ...told, to: file, error: new Error('one') })
  expect(await codeOf(() => assertMarkdownFree(file))).toBeUndefined()

  await writeFile(file, '# My notes\n')

  expect(await codeOf(() => assertMarkdownFree(file))).toBe('file-exists')
})

test('a folder that is not there is told before minutes are spent on checks', async () => {
  expect(await codeOf(() => assertMarkdownFree(join(dir, 'no', 'comment.md')))).toBe('file-missing')
})

test('what ended it before there was a plan is in the comment, with what to type', async () => {
  const error = new OpsError({ code: 'kube-unreachable', message: 'no answer from https://prod', hints: ['--context NAME'] })

  await writeMarkdown({ ...told, to: file, error })

  const text = await readFile(file, 'utf8')
  expect(text).toContain('**✗ there is no plan**')
  expect(text).toContain('  no answer from https://prod\n  → --context NAME')
  expect((await stat(file)).mode & 0o777).toBe(0o644)
})

test('no secret gets into a comment', async () => {
  const key = `AGE-SECRET-KEY-1${'Q'.repeat(58)}`

  await writeMarkdown({ ...told, to: file, error: new Error(`could not read ${key}`) })

  expect(await readFile(file, 'utf8')).not.toContain(key)
})

test('nothing is written where nobody asked for it', async () => {
  await writeMarkdown({ ...told, to: undefined, error: new Error('one') })

  expect(await codeOf(() => stat(file))).toBe('ENOENT')
})

const flags = { repo: '.', timeout: 300, ci: false }

test('a plan needs its target, that of a pull request does not', () => {
  expect(() => planInput(flags)).toThrow('--to is missing')
  expect(planInput({ ...flags, ci: true })).toMatchObject({ to: '', ci: true })
})

test('two documents cannot share stdout', () => {
  expect(() => planInput({ ...flags, to: '2.9.2', json: true, markdown: '-' })).toThrow('both want stdout')
  expect(planInput({ ...flags, to: '2.9.2', json: true, markdown: 'comment.md' })).toMatchObject({ to: '2.9.2' })
})
