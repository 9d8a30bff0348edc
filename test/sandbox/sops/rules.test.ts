// What we say of `.sops.yaml` against what the real sops does with it: the recipients, groups and settings that a file gets, or that it gets none.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { OpsError } from '../../../src/errors.ts'
import { ensureTools } from '../../../src/sandbox/toolchain/index.ts'
import { addRecipient, removeRecipient } from '../../../src/sops/rules/edit.ts'
import { parseRules } from '../../../src/sops/rules/parse.ts'
import { recipientsOf, ruleFor, rulesAbove } from '../../../src/sops/rules/rule-for.ts'
import { feed } from '../../helpers/feed.ts'
import { LAYOUTS } from '../../unit/sops/rules/layouts.ts'
import { ALICE, NEW, peopled } from '../../unit/sops/rules/people.ts'
import { CASES } from './rule-cases.ts'

let tools: Readonly<Record<'sops' | 'age-keygen', string>>
let root: string

beforeAll(async () => {
  tools = await ensureTools(['sops', 'age-keygen'], () => undefined)
  root = await mkdtemp(join(tmpdir(), 'sops-rules-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const run = (
  program: string,
  args: readonly string[],
  options: { cwd: string; stdin?: string; env?: Record<string, string> },
): Promise<Ran> =>
  new Promise((resolve) => {
    const env = { PATH: '', HOME: root, ...options.env }
    const child = execFile(program, [...args], { cwd: options.cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : 1, stdout, stderr }),
    )
    feed(child.stdin, options.stdin)
  })

let worlds = 0
async function world(files: Readonly<Record<string, string>>): Promise<string> {
  worlds += 1
  const folder = join(root, String(worlds))
  await mkdir(folder)
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return folder
}

/** What both sides can tell of a file that gets a rule. */
interface Outcome {
  readonly groups: readonly (readonly string[])[]
  readonly threshold: number
  readonly encryptedRegex: string | undefined
  readonly unencryptedSuffix: string | undefined
  readonly macOnly: boolean
}

const NO_MATCH = 'no rule fits'
const NO_RULES = 'no file, or no rules in it'
const REFUSED = 'refused'

interface SopsMetadata {
  age?: { recipient: string }[]
  key_groups?: { age?: { recipient: string }[] }[]
  shamir_threshold?: number
  encrypted_regex?: string
  unencrypted_suffix?: string
  mac_only_encrypted?: boolean
}

async function sopsSays(folder: string, from: string, path: string): Promise<Outcome | string> {
  const args = ['encrypt', '--filename-override', join(folder, path), '--output-type', 'yaml', '--input-type', 'yaml']
  const { code, stdout, stderr } = await run(tools.sops, args, { cwd: join(folder, from), stdin: 'a: b\n' })
  if (code !== 0) {
    if (stderr.includes('no matching creation rules found')) return NO_MATCH
    return stderr.includes('config file not found, or has no creation rules') ? NO_RULES : REFUSED
  }
  const { sops } = parse(stdout) as { sops: SopsMetadata }
  const groups = sops.key_groups ?? [{ age: sops.age ?? [] }]
  return {
    groups: groups.map((group) => (group.age ?? []).map((entry) => entry.recipient)),
    threshold: sops.shamir_threshold ?? 0,
    encryptedRegex: sops.encrypted_regex,
    unencryptedSuffix: sops.unencrypted_suffix,
    macOnly: sops.mac_only_encrypted === true,
  }
}

function weSay(files: Readonly<Record<string, string>>, from: string, path: string): Outcome | string {
  try {
    // As sops does, only the file that is found is read.
    const names = Object.keys(files).filter((each) => /(^|\/)\.sops\.yaml$/.test(each))
    const nearest = rulesAbove(
      names.map((each) => ({ path: each, rules: undefined, indents: {}, notes: [] })),
      from,
    )[0]
    const answer = ruleFor(nearest === undefined ? [] : [parseRules(nearest.path, files[nearest.path] ?? '')], path, from)
    if (answer.status === 'none') return answer.why === 'no-match' ? NO_MATCH : NO_RULES
    if (answer.status === 'refused') return REFUSED
    const { groups, shamirThreshold, selection, macOnlyEncrypted } = answer.rule
    const isDefault = Object.values(selection).every((each) => each === undefined)
    return {
      groups: groups.map((group) => group.age),
      threshold: shamirThreshold === 0 && groups.length > 1 ? groups.length : shamirThreshold,
      encryptedRegex: selection.encryptedRegex,
      unencryptedSuffix: isDefault ? '_unencrypted' : selection.unencryptedSuffix,
      macOnly: macOnlyEncrypted,
    }
  } catch (error) {
    if (error instanceof OpsError) return REFUSED
    throw error
  }
}

const place = (file: string): { from: string; path: string } => {
  const [from, path] = file.includes(': ') || file.startsWith(': ') ? file.split(': ') : [undefined, file]
  return { from: from ?? file.split('/').slice(0, -1).join('/'), path: path ?? '' }
}

describe('the rule that a file gets is the one that sops gives it', () => {
  const questions = CASES.flatMap(({ name, rules, files }) => files.map((file) => ({ name, rules, file })))

  test('in more than forty questions', () => {
    expect(questions.length).toBeGreaterThan(60)
  })

  test.each(questions)('$name, $file', async ({ rules, file }) => {
    const texts = Object.fromEntries(
      Object.entries(typeof rules === 'string' ? { '.sops.yaml': rules } : rules).map(([path, text]) => [path, peopled(text)]),
    )
    const { from, path } = place(file)
    const folder = await world({ ...texts, [`${dirname(path)}/.keep`]: '' })

    expect(weSay(texts, from, path)).toEqual(await sopsSays(folder, from, path))
  })
})

describe('an edit of the rules is one to sops', () => {
  test.each(LAYOUTS)('$name', async ({ before, both }) => {
    const first = { path: '.sops.yaml', text: peopled(before) }
    const second = { ...first, text: addRecipient(first, { old: ALICE, new: NEW }) }
    const third = { ...first, text: removeRecipient(second, { old: ALICE }) }

    expect(second.text).toBe(peopled(both))
    for (const path of ['a.yaml', 'x.yaml']) {
      const [was, withBoth, withNew] = await Promise.all(
        [first, second, third].map(async ({ text }) => sopsSays(await world({ '.sops.yaml': text }), '', path)),
      )
      const groups = (said: Outcome | string | undefined): string[][] =>
        typeof said === 'object' ? said.groups.map((group) => [...group].sort()) : []
      const meant = groups(was).map((group) => (group.includes(ALICE) ? [...group, NEW].sort() : group))
      expect(groups(withBoth)).toEqual(meant)
      expect(groups(withNew)).toEqual(meant.map((group) => group.filter((each) => each !== ALICE)))
    }
  })

  test('updatekeys takes the new recipient in, and the old one out', async () => {
    const folder = await world({})
    const newKey = async (): Promise<{ recipient: string; key: string }> => {
      const { stdout } = await run(tools['age-keygen'], [], { cwd: folder })
      return { recipient: /public key: (age1\w+)/.exec(stdout)?.[1] ?? '', key: stdout }
    }
    const [{ recipient: old, key: oldKey }, { recipient: fresh, key: newerKey }] = [await newKey(), await newKey()]
    const config = {
      path: '.sops.yaml',
      text: `creation_rules:\n  - age: >-\n      ${old},\n      {bob}\n`.replace('{bob}', peopled('{bob}')),
    }
    const sops = async (args: readonly string[], key: string): Promise<Ran> =>
      await run(tools.sops, args, { cwd: folder, env: { SOPS_AGE_KEY: key } })
    const recipients = async (): Promise<string[]> => {
      const { sops: metadata } = parse(await readFile(join(folder, 'a.yaml'), 'utf8')) as { sops: SopsMetadata }
      return (metadata.age ?? []).map((entry) => entry.recipient)
    }
    await writeFile(join(folder, '.sops.yaml'), config.text)
    await writeFile(join(folder, 'a.yaml'), 'a: b\n')
    expect(await sops(['encrypt', '--in-place', 'a.yaml'], oldKey)).toMatchObject({ code: 0 })

    const both = { ...config, text: addRecipient(config, { old, new: fresh }) }
    await writeFile(join(folder, '.sops.yaml'), both.text)
    await sops(['updatekeys', '--yes', 'a.yaml'], oldKey)
    expect(await recipients()).toEqual(parseRules('.sops.yaml', both.text).rules?.flatMap(recipientsOf))

    await writeFile(join(folder, '.sops.yaml'), removeRecipient(both, { old }))
    await sops(['updatekeys', '--yes', 'a.yaml'], newerKey)
    expect(await recipients()).toEqual([fresh, peopled('{bob}')])
    expect((await sops(['decrypt', 'a.yaml'], newerKey)).stdout).toBe('a: b\n')
  })
})
