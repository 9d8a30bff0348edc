// The key that Flux decrypts with: in the cluster before Flux is, backed up before anything is sealed to it.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { BootstrapDesk } from '../runbooks/bootstrap/desk.ts'
import { filesBelow } from '../secrets/search.ts'

const PASSPHRASE = 'correct horse battery staple'

let desk: BootstrapDesk
let out: string

beforeAll(async () => {
  desk = await BootstrapDesk.open()
  await desk.tell('passphrase of a backup', PASSPHRASE)
})
afterAll(() => desk?.close())
beforeEach(async () => {
  await desk.reset()
  out = await desk.folder()
})

const backup = () => ({ passphraseEnv: 'BACKUP_PASSPHRASE', out })

const recipientOf = async (): Promise<string> => {
  const text = await desk.kubectl('-n', 'flux-system', 'get', 'secret', 'sops-age', '-o', 'jsonpath={.data.age\\.agekey}')
  return /(?:public key|recipient): (age1\S+)/.exec(Buffer.from(text, 'base64').toString())?.[1] ?? ''
}

test('a key that is made is in the cluster and in a backup, and Flux decrypts with it', async () => {
  const said = await desk.bootstrap(await desk.file({ sops: { key: { generate: 'x25519' }, backup: backup() } }), {
    BACKUP_PASSPHRASE: PASSPHRASE,
  })

  expect(said).toMatchObject({ code: 0 })
  const recipient = await recipientOf()
  const manifest = (await readdir(out)).find((name) => name.endsWith('.manifest.json')) ?? ''
  expect(JSON.parse(await readFile(join(out, manifest), 'utf8')).keys).toMatchObject([{ recipient }])
  expect(await desk.show('clusters/prod/flux-system/kustomization.yaml')).toContain('decryption')
  const spec = await desk.kubectl('-n', 'flux-system', 'get', 'kustomization', 'flux-system', '-o', 'jsonpath={.spec.decryption}')
  expect(JSON.parse(spec)).toEqual({ provider: 'sops', secretRef: { name: 'sops-age' } })

  const again = await desk.bootstrap(await desk.file({ sops: { key: { generate: 'x25519' }, backup: backup() } }), {
    BACKUP_PASSPHRASE: PASSPHRASE,
  })

  expect(again).toMatchObject({ code: 0 })
  expect(await recipientOf()).toBe(recipient)
  expect(await readdir(out)).toHaveLength(2)
})

interface OldKey {
  readonly text: string
  readonly recipient: string
}

/** A key of a cluster that is no more, and what was sealed to it, in git. */
async function lostCluster(): Promise<OldKey> {
  const text = await desk.run('age-keygen')
  await desk.tell('age key', /AGE-SECRET-KEY-\S+/.exec(text)?.[0] ?? '')
  const recipient = /public key: (age1\S+)/.exec(text)?.[1] ?? ''
  const plain = join(desk.work, 'secret.yaml')
  await writeFile(plain, 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  namespace: default\nstringData:\n  a: b\n')
  const sealed = await desk.run('sops', '--encrypt', '--age', recipient, '--encrypted-regex', '^stringData$', plain)
  await desk.push({ 'clusters/prod/secret.sops.yaml': sealed })
  return { text, recipient }
}

/** What is left of the key afterwards: sealed files alone. Gives the paths of the backup, without its manifest. */
async function backedUp({ text }: OldKey, ...how: string[]): Promise<string[]> {
  const [keyFile, folder] = [join(desk.work, 'old-key.txt'), await desk.folder()]
  await writeFile(keyFile, text, { mode: 0o600 })
  const said = await desk.start(['age', 'backup', '--no-cluster', '--unproven', '--key-file', keyFile, '--out', folder, ...how])
  expect(said, said.stderr).toMatchObject({ code: 0 })
  await rm(keyFile)
  return (await readdir(folder)).filter((name) => !name.endsWith('.json')).map((name) => join(folder, name))
}

const namespaces = (): Promise<string> => desk.kubectl('get', 'namespaces', '-o', 'name')

/** Files of the desk, of the home and of the runs that hold a text. */
async function filesWith(text: string): Promise<string[]> {
  const all = await Promise.all([filesBelow(desk.work), filesBelow(desk.cli.home), filesBelow(desk.state)])
  const found = await Promise.all(all.flat().map(async (path) => ((await readFile(path, 'latin1')).includes(text) ? [path] : [])))
  return found.flat()
}

test('the key of a lost cluster comes back out of a sealed backup, and is on no disk', async () => {
  const key = await lostCluster()
  await writeFile(join(desk.work, 'passphrase'), PASSPHRASE)
  const [file] = await backedUp(key, '--passphrase', '--passphrase-file', join(desk.work, 'passphrase'))
  const from = { file, passphraseEnv: 'OLD_PASSPHRASE' }
  const cluster = await desk.file({ sops: { key: { backup: from, recipient: key.recipient } } })

  const wrong = await desk.bootstrap(cluster, { OLD_PASSPHRASE: `${PASSPHRASE}!` })

  expect(wrong.code).toBe(3)
  expect(wrong.stdout).toContain('does not open with this passphrase')
  expect(await namespaces()).not.toContain('flux-system')

  const said = await desk.bootstrap(cluster, { OLD_PASSPHRASE: PASSPHRASE })

  expect(said, said.stdout).toMatchObject({ code: 0 })
  expect(await recipientOf()).toBe(key.recipient)
  expect(await desk.kubectl('-n', 'default', 'get', 'secret', 'a', '-o', 'jsonpath={.data.a}')).toBe('Yg==')
  expect(await filesWith(/AGE-SECRET-KEY-\S+/.exec(key.text)?.[0] ?? '')).toEqual([])
  const before = await desk.versions()
  expect(await desk.bootstrap(cluster, { OLD_PASSPHRASE: PASSPHRASE })).toMatchObject({ code: 0 })
  expect(await desk.versions()).toEqual(before)
})

test('before anything is written it is told whether the backup opens, and has the key that is needed', async () => {
  const key = await lostCluster()
  const shares = await backedUp(key, '--shares', '2/3')
  const recovery = await desk.run('age-keygen')
  await writeFile(join(desk.work, 'recovery.txt'), recovery)
  const [sealed] = await backedUp(key, '--to', /public key: (age1\S+)/.exec(recovery)?.[1] ?? '')
  await writeFile(join(desk.work, 'other.txt'), await desk.run('age-keygen'))
  const other = /public key: (age1\S+)/.exec(await readFile(join(desk.work, 'other.txt'), 'utf8'))?.[1] ?? ''
  const [ofOther] = await backedUp(
    { text: await readFile(join(desk.work, 'other.txt'), 'utf8'), recipient: other },
    '--to',
    /public key: (age1\S+)/.exec(recovery)?.[1] ?? '',
  )
  const dry = async (sops: Record<string, unknown>) => desk.bootstrap(await desk.file({ sops }), {}, '--dry-run')

  const answers = {
    shares: await dry({ key: { backup: { shares: shares.slice(1) } } }),
    tooFew: await dry({ key: { backup: { shares: [shares[0], shares[0]?.replace('-1', '-9')] } } }),
    identity: await dry({ key: { backup: { file: sealed, identityFile: 'recovery.txt' } } }),
    wrongIdentity: await dry({ key: { backup: { file: sealed, identityFile: 'other.txt' } } }),
    otherKey: await dry({ key: { backup: { file: ofOther, identityFile: 'recovery.txt' } } }),
    otherRecipient: await dry({ key: { backup: { file: ofOther, identityFile: 'recovery.txt' }, recipient: key.recipient } }),
    notToThat: await dry({ key: { backup: { file: sealed, passphraseEnv: 'BACKUP_PASSPHRASE' } } }),
  }

  expect(Object.fromEntries(Object.entries(answers).map(([name, { code }]) => [name, code]))).toEqual({
    shares: 0,
    tooFew: 3,
    identity: 0,
    wrongIdentity: 3,
    otherKey: 3,
    otherRecipient: 3,
    notToThat: 3,
  })
  expect(answers.otherKey.stdout).toMatch(/sealed-files-open.*1 of 1 sealed files would not open: the key is another one/)
  expect(answers.otherRecipient.stdout).toContain(`does not have the key of ${key.recipient}`)
  expect(answers.notToThat.stdout).toContain('sops.key.backup.identityFile of the cluster file')
  expect(await namespaces()).not.toContain('flux-system')
})

test('a new key is refused where files are sealed already, and nothing is made', async () => {
  const { text: key } = await lostCluster()

  const said = await desk.bootstrap(await desk.file({ sops: { key: { generate: 'x25519' }, backup: backup() } }), {
    BACKUP_PASSPHRASE: PASSPHRASE,
  })

  expect(said.code).toBe(3)
  expect(said.stdout).toContain('clusters/prod/secret.sops.yaml')
  expect(await namespaces()).not.toContain('flux-system')
  expect(await readdir(out)).toEqual([])

  const file = join(desk.work, 'key.txt')
  await writeFile(file, key)
  const rebuilt = await desk.bootstrap(await desk.file({ sops: { key: { file } } }))

  expect(rebuilt).toMatchObject({ code: 0 })
  expect(await desk.kubectl('-n', 'default', 'get', 'secret', 'a', '-o', 'jsonpath={.data.a}')).toBe('Yg==')
})
