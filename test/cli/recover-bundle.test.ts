// A bundle of a cluster with real controllers in trouble, made and read by the built program.
import { execFile } from 'node:child_process'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bundled, bundled } from '../recover/bundled.ts'
import { RecoverDesk } from '../recover/desk.ts'
import { quiet } from '../recover/scenarios/dependencies.ts'
import { refused } from '../recover/scenarios/refused.ts'
import { sources } from '../recover/scenarios/sources.ts'
import { known, secretsOf } from '../secrets/known-secrets.ts'

const SAMPLE = ['git-credentials', 'immutable-field']
const SCENARIOS = [...sources, ...refused].filter(({ id }) => SAMPLE.includes(id))
const PASSWORD = 'kR4-canary-of-a-url'

let desk: RecoverDesk
let bundle: Bundled

beforeAll(async () => {
  desk = await RecoverDesk.open('2.7.3')
  await desk.provoke([...SCENARIOS, ...quiet])
  await desk.apply([
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: 'leaky', namespace: 'flux-system' },
      spec: { interval: '1m', url: `http://user:${PASSWORD}@127.0.0.1:1/home.git`, timeout: '5s' },
    },
  ])
  await desk.until([...SCENARIOS.map((scenario) => scenario.expects(desk.place(scenario)))])
  // Its controller says the address in what it says of it.
  await desk.kubectl('wait', 'gitrepository/leaky', '-n', 'flux-system', '--for=condition=Ready=False', '--timeout=60s')
  bundle = await bundled(desk)
})
afterAll(() => desk?.close())

test('says the same as the cluster, without the cluster, with the same exit', () => {
  expect(bundle.found).toEqual(bundle.live)
  expect(bundle.result.same).toBe(true)
  expect(bundle.code).toBe(3)
  expect(bundle.found.causes.map(({ state }) => state)).toEqual(expect.arrayContaining(['git-credentials', 'immutable-field']))
})

test('has the log of every controller that runs as a process', () => {
  const logs = Object.keys(bundle.files).filter((name) => name.startsWith('logs/'))

  expect(logs).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^logs\/source-controller-.+\.log$/),
      expect.stringMatching(/^logs\/kustomize-controller-/),
    ]),
  )
  expect(bundle.files[logs.find((name) => name.includes('kustomize-controller')) ?? '']).toContain('"level":"')
})

test('has no secret of the cluster in it, and no credential of a URL', async () => {
  const secrets = [...(await secretsOf(desk.sandbox.paths)), known('password in a URL', PASSWORD)]
  const found = Object.entries(bundle.files).flatMap(([file, text]) =>
    secrets.filter(({ spellings }) => spellings.some((spelling) => text.includes(spelling))).map(({ name }) => `${name} in ${file}`),
  )

  expect(found).toEqual([])
  expect(bundle.files['snapshot.json']).toContain('@127.0.0.1:1/home.git')
})

test('is read as a person does, who is told of when it is', async () => {
  const { code, stdout, stderr } = await desk.flux('recover', '--from', bundle.file, '--kubeconfig=/dev/null')

  expect(code).toBe(3)
  expect(stdout).toBe(bundle.files['diagnosis.txt'])
  expect(stderr).toMatch(
    /^► \S+bundle\.tar\.gz: as it was at \S+Z, .+, taken by flux-ops \S+; no cluster is asked, and commands are meant for \S+\n$/,
  )
})

describe('sealed to an SSH key', () => {
  test('it opens with that one, and nothing of it was ever in the clear', async () => {
    const key = join(desk.work, 'id')
    await rm(key, { force: true })
    await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
    const out = join(desk.work, 'sealed.tar.gz.age')
    const temporary = join(desk.sandbox.paths.dir, 'tmp')
    const before = await readdir(temporary).catch(() => [])

    const made = await desk.flux('recover', 'bundle', '--out', out, '--recipient', (await readFile(`${key}.pub`, 'utf8')).trim())
    const { code, stdout } = await desk.flux('recover', '--from', out, '--identity', key, '--json', '--kubeconfig=/dev/null')

    expect(made.text).toContain('sealed to ssh-ed25519')
    expect((await stat(out)).mode & 0o777).toBe(0o600)
    expect(await readdir(temporary).catch(() => [])).toEqual(before)
    expect(code).toBe(3)
    expect(JSON.parse(stdout).causes.map(({ object }: { object: string }) => object)).toEqual(
      bundle.found.causes.map(({ object }) => object),
    )
  })
})

test.each([
  ['that ends too early', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2), 'is damaged: it ends too early'],
  ['that is no archive', () => Buffer.from('kind: List\n'), 'is no archive that flux-ops has made'],
])('a file %s is one clear error with exit 2', async (_title, change, says) => {
  const file = join(desk.work, 'bad.tar.gz')
  await writeFile(file, change(await readFile(bundle.file)))

  const { code, stdout, stderr } = await desk.flux('recover', '--from', file)

  expect(code).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toContain(says)
})
