// `age backup` as a person types it, on a cluster with Flux: real Secrets, real sealed files, real age.
import { execFile } from 'node:child_process'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AgeDesk } from './age-desk.ts'

let desk: AgeDesk

beforeAll(async () => {
  desk = await AgeDesk.open()
})
afterAll(() => desk.close())
beforeEach(() => desk.fresh())

describe('age backup', () => {
  test('seals the keys of the cluster to a recipient, so that age alone gives them back, and the Secret remembers it', async () => {
    const before = Buffer.from(
      await desk.tool('kubectl', ['-n', 'flux-system', 'get', 'secret', 'age-key', '-o', 'jsonpath={.data.age\\.agekey}']),
      'base64',
    ).toString()

    const said = await desk.toRecovery()

    expect(said).toMatchObject({ code: 0 })
    expect(said.stdout).toContain('proof    4 of 4 sealed files open')
    const opened = await desk.tool('age', ['--decrypt', '--identity', desk.recovery.file, await desk.written('.age')])
    expect(/^AGE-SECRET-KEY.*$/m.exec(opened)?.[0]).toBe(/^AGE-SECRET-KEY.*$/m.exec(before)?.[0])
    expect(Date.parse((await desk.secret()).metadata.annotations['flux-ops.dev/age-backup-at'] ?? '')).toBeGreaterThan(Date.now() - 60_000)
    expect((await desk.run('status')).stdout).toContain('no backup of its keys was ever drilled')
  })

  test('has a key that Flux passes over because of the name of its entry', async () => {
    const { text } = await desk.newKey()
    await desk.setEntries({ 'old.key': text })

    const said = await desk.toRecovery('--json')

    await desk.setEntries({ 'old.key': null })
    const { keys, proof } = JSON.parse(said.stdout)
    expect(keys.map((key: { sources: { entry: string }[] }) => key.sources[0]?.entry)).toEqual(['age.agekey', 'old.key'])
    expect(proof.keys.map((key: { opened?: string }) => key.opened)).toEqual([expect.any(String), undefined])
    expect(await desk.tool('age', ['--decrypt', '--identity', desk.recovery.file, await desk.written('.age')])).toContain(
      'Flux passes over it',
    )
  })

  test('is opened again with an SSH key, and warned of in a work tree', async () => {
    const key = join(desk.work, 'id_ed25519')
    await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'oncall', '-f', key])
    await desk.keyFile(key, await readFile(key, 'utf8'))
    const out = join(desk.sandbox.paths.repo, 'backups', 'new')

    const said = await desk.run('age', 'backup', '--out', out, '--to', (await readFile(`${key}.pub`, 'utf8')).trim(), '--identity', key)

    await rm(join(desk.sandbox.paths.repo, 'backups'), { recursive: true, force: true })
    expect(said).toMatchObject({ code: 0, stdout: expect.stringContaining('✔ opened again') })
    expect(said.stderr).toContain('lies in the work tree of')
  })

  test('that is sealed to nothing but a key in it is refused, and nothing is written', async () => {
    const own = await desk.tool('age-keygen', ['-y'], await readFile(join(desk.sandbox.paths.secrets, 'age.agekey'), 'utf8'))

    const said = await desk.backup('--to', own.trim())

    expect(said.code).toBe(2)
    expect(said.stderr).toContain('→')
    expect(await readdir(desk.out)).toEqual([])
  })

  test('of keys that open no file of the repository is refused', async () => {
    const said = await desk.backup('--no-cluster', '--key-file', desk.recovery.file, '--shares', '2/3')

    expect(said.code).toBe(3)
    expect(said.stderr).toContain('no sealed file of the repository opens with any of these keys')
    expect(await readdir(desk.out)).toEqual([])
  })

  test('writes nothing and touches nothing with --dry-run', async () => {
    const version = ['-n', 'flux-system', 'get', 'secret', 'age-key', '-o', 'jsonpath={.metadata.resourceVersion}']
    const before = await desk.tool('kubectl', version)

    const said = await desk.backup('--dry-run')

    expect(said).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing was written') })
    expect(await readdir(desk.out)).toEqual([])
    expect(await desk.tool('kubectl', version)).toBe(before)
  })

  test('never overwrites one', async () => {
    await desk.toRecovery('--name', 'mine')
    const first = await readFile(await desk.written('.age'), 'utf8')

    const said = await desk.toRecovery('--name', 'mine')

    expect(said).toMatchObject({ code: 6, stderr: expect.stringContaining('is there already') })
    expect(await readFile(await desk.written('.age'), 'utf8')).toBe(first)
  })

  test.each([
    [['--to', 'age1nonsense'], 'recipient 1'],
    [['--shares', '3/2'], 'no more than N'],
    [['--shares', 'many'], 'is not K/N'],
    [['--passphrase', '--shares', '2/3'], 'cannot be used together'],
    [[], 'nothing says what the backup is sealed to'],
    [['--recipients-file', '/nowhere'], '/nowhere does not exist'],
    [['--shares', '2/3', '--name', '../elsewhere'], '--name is no beginning of a file name'],
    [['--shares', '2/3', '--secret', 'flux-system/age/key'], '--secret names no Secret'],
  ])('tells %j for wrong usage', async (args, message) => {
    const said = await desk.backup(...args)

    expect(said.code).toBe(2)
    expect(said.stderr).toContain(message)
    expect(await readdir(desk.out)).toEqual([])
  })
})
