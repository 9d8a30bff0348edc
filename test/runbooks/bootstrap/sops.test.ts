// The key that Flux decrypts with: in the cluster before Flux is, backed up before anything is sealed to it.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { BootstrapDesk } from './desk.ts'

const PASSPHRASE = 'correct horse battery staple'

let desk: BootstrapDesk
let out: string

beforeAll(async () => {
  desk = await BootstrapDesk.open()
})
afterAll(() => desk?.close())
beforeEach(async () => {
  await desk.reset()
  out = await desk.folder()
})

const backup = () => ({ passphraseEnv: 'BACKUP_PASSPHRASE', out })

const recipientOf = async (): Promise<string> => {
  const text = await desk.kubectl('-n', 'flux-system', 'get', 'secret', 'sops-age', '-o', 'jsonpath={.data.age\\.agekey}')
  return /public key: (age1\S+)/.exec(Buffer.from(text, 'base64').toString())?.[1] ?? ''
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

test('a new key is refused where files are sealed already, and nothing is made', async () => {
  const key = await desk.run('age-keygen')
  const recipient = /public key: (age1\S+)/.exec(key)?.[1] ?? ''
  const plain = join(desk.work, 'secret.yaml')
  await writeFile(plain, 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  namespace: default\nstringData:\n  a: b\n')
  const sealed = await desk.run('sops', '--encrypt', '--age', recipient, '--encrypted-regex', '^stringData$', plain)
  await desk.push({ 'clusters/prod/secret.sops.yaml': sealed })

  const said = await desk.bootstrap(await desk.file({ sops: { key: { generate: 'x25519' }, backup: backup() } }), {
    BACKUP_PASSPHRASE: PASSPHRASE,
  })

  expect(said.code).toBe(3)
  expect(said.stdout).toContain('clusters/prod/secret.sops.yaml')
  expect(await desk.kubectl('get', 'namespaces', '-o', 'name')).not.toContain('flux-system')
  expect(await readdir(out)).toEqual([])

  const file = join(desk.work, 'key.txt')
  await writeFile(file, key)
  const rebuilt = await desk.bootstrap(await desk.file({ sops: { key: { file } } }))

  expect(rebuilt).toMatchObject({ code: 0 })
  expect(await desk.kubectl('-n', 'default', 'get', 'secret', 'a', '-o', 'jsonpath={.data.a}')).toBe('Yg==')
})
