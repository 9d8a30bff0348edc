// Whatever is answered, in whatever order one goes forwards and back: the file in the end reads without a problem.
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { beginWith } from '../../../../src/cli/wizard/begin-with.ts'
import type { Facts } from '../../../../src/cli/wizard/facts.ts'
import { type Asker, BACK, type Prompt } from '../../../../src/cli/wizard/model.ts'
import { QUESTIONS } from '../../../../src/cli/wizard/questions/index.ts'
import { toClusterFile } from '../../../../src/cli/wizard/to-cluster-file.ts'
import { clusterFileText } from '../../../../src/cli/wizard/write-yaml.ts'
import { inspectClusterFile } from '../../../../src/cluster-file/read.ts'
import { clusterSeen, interviewOf, KEYS_SEEN, OTHER_KEY, RECIPIENT, SHOWN } from './wizard-desk.ts'

const root = fileURLToPath(new URL('../../../../examples/', import.meta.url))
const examples = await Promise.all((await readdir(root)).map((name) => readFile(`${root}${name}`, 'utf8')))

/** What people type, right and wrong: what a question refuses is no answer. */
const TYPED = [
  ...[
    'prod-eu',
    'Prod EU',
    '~',
    'null',
    'true',
    '007',
    '1e3',
    '- x',
    'a: b',
    '# x',
    "it's",
    '"',
    '{a}',
    '*a',
    '&a',
    '!x',
    '%x',
    '@x',
    '`x`',
  ],
  ...[
    '2.9.4',
    '2.3.0',
    '2.8.8',
    '2.9',
    'v2.9.4',
    '2.99.0',
    'main',
    'refs/heads/main',
    'release/1.0',
    'a..b',
    '.',
    '..',
    './',
    '/',
    'clusters/x',
  ],
  ...['clusters/x/flux-system', '~/.ssh/key', './key', '/media/usb', 'key file', 'known_hosts', './known_hosts', 'GIT_TOKEN', '$GIT_TOKEN'],
  ...[
    'git@github.com:acme/fleet.git',
    'ssh://git@git.example.com:2222/a/b.git',
    'https://git.example.com/a/b',
    'http://git.example.com/a/b',
  ],
  ...[
    'https://user:secret@git.example.com/a/b',
    'ssh://[::1]:22/a/b',
    'file:///a',
    'acme/fleet',
    'a/b/c',
    'fleet',
    '/x',
    'git.example.com',
  ],
  ...['https://x.example.com', 'localhost:3000', 'compared', SHOWN, `${SHOWN} ${OTHER_KEY}`, `${SHOWN} ${SHOWN}`, OTHER_KEY, 'SHA256:x'],
  ...[
    RECIPIENT,
    `${RECIPIENT}, ${RECIPIENT}`,
    'age1nothing',
    '3/5',
    '5/3',
    '0/0',
    '32/32',
    '1/2',
    'BACKUP_PASSPHRASE',
    'share-1.txt, share-3.txt',
    'one.txt,one.txt',
    '-',
    '',
    'ghp_0123456789abcdefghij',
  ],
]

const anyText = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...TYPED) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
)

interface Whim {
  readonly texts: readonly string[]
  readonly choice: number
  readonly back: boolean
}

const anyWhim = fc.record<Whim>({
  texts: fc.array(anyText, { maxLength: 6 }),
  choice: fc.nat(40),
  back: fc.nat(9).map((of10) => of10 === 0),
})

/** For who has tried in vain: what every such question takes. */
const GOOD: readonly string[] = [
  'prod-eu',
  'acme/fleet',
  'git.example.com',
  'ssh://git@git.example.com/acme/fleet.git',
  'clusters/a',
  'main',
  './file',
]
const MORE_GOOD: readonly string[] = ['compared', SHOWN, './known_hosts', 'SOME_NAME', RECIPIENT, '3/5', '2.9.4', 'a.txt, b.txt']

class Whimsical implements Asker {
  readonly #whims: Whim[]

  constructor(whims: readonly Whim[]) {
    this.#whims = [...whims]
  }

  say(): void {}

  async ask({ name, choices, preset, check }: Prompt): Promise<string | typeof BACK> {
    const { texts, choice, back } = this.#whims.shift() ?? { texts: [], choice: 0, back: false }
    if (back) return BACK
    const picked = choices[choice % Math.max(1, choices.length)]?.value
    const found = [picked, ...texts, preset, ...GOOD, ...MORE_GOOD].find((text) => text !== undefined && 'text' in check(text))
    if (found === undefined) throw new Error(`${name} takes nothing`)
    return found
  }
}

const anyFacts: fc.Arbitrary<Partial<Facts>> = fc.record({
  contexts: fc.constantFrom<Facts['contexts']>([], [{ name: 'admin@prod', server: 'https://a.example.com', current: false }]),
  repository: fc.constantFrom<Facts['repository'][]>(undefined, {
    origin: 'https://gitlab.com/a/b/c.git',
    branch: undefined,
    files: ['.sops.yaml', 'clusters/prod-eu/apps.yaml'],
    recipients: [{ name: 'oncall', recipient: RECIPIENT }],
  }),
})

const anyKeys = fc.constantFrom<Partial<Facts>>(KEYS_SEEN, { hostKeys: { status: 'unknown', host: 'github.com', why: 'silence' } })
const anyVersion = fc.constantFrom('v1.34.4', 'v1.20.0', 'v1.99.0', 'nonsense')

test('any sequence of answers that are taken gives a file that reads without a problem', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyWhim, { maxLength: 60 }), anyFacts, anyKeys, anyVersion, async (whims, facts, hostKeys, version) => {
      const interview = interviewOf(new Whimsical(whims), { facts, hostKeys, cluster: clusterSeen('admin@prod', version) })

      const text = clusterFileText(toClusterFile(QUESTIONS, await interview.run()).value)

      expect(inspectClusterFile(text)).toHaveProperty('cluster')
    }),
    { numRuns: 40 },
  )
}, 120_000)

test('so does any sequence that begins with a file and changes its answers, and again from what it wrote', async () => {
  const anyId = fc.constantFrom(...QUESTIONS.map(({ id }) => id))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...examples), fc.array(anyWhim, { maxLength: 60 }), anyId, async (example, whims, again) => {
      const begun = beginWith(QUESTIONS, example, 'example.yaml')
      const interview = interviewOf(new Whimsical(whims), { begun: begun.answers })
      await interview.run()

      const text = clusterFileText(toClusterFile(QUESTIONS, await interview.run(again), begun.base).value)

      expect(inspectClusterFile(text)).toHaveProperty('cluster')
      const second = beginWith(QUESTIONS, text, 'cluster.yaml')
      expect(clusterFileText(toClusterFile(QUESTIONS, second.answers, second.base).value)).toBe(text)
    }),
    { numRuns: 25 },
  )
}, 120_000)
