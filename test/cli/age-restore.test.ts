// `age restore` as a person types it: keys that were lost come back, and what failed without them is well again.
import { execFile } from 'node:child_process'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AgeDesk, FILE, SECRET } from './age-desk.ts'

let desk: AgeDesk

beforeAll(async () => {
  desk = await AgeDesk.open()
})
afterAll(() => desk.close())
beforeEach(() => desk.fresh())

describe('age restore', () => {
  const decrypting = 'flux-system/cluster-apps-hello'
  const say = async (): Promise<string> =>
    desk.tool('kubectl', [
      '-n',
      'flux-system',
      'get',
      'kustomization',
      'cluster-apps-hello',
      '-o',
      'jsonpath={.status.conditions[?(@.type=="Ready")].status} {.status.conditions[?(@.type=="Ready")].message}',
    ])
  const reconcile = (): Promise<unknown> =>
    desk.tool('flux', ['reconcile', 'kustomization', 'cluster-apps-hello', '--timeout=20s']).catch(() => undefined)

  test('makes a Secret that was deleted anew, and wakes what failed without it', async () => {
    await desk.toRecovery()
    await desk.tool('kubectl', ['-n', 'flux-system', 'delete', 'secret', 'age-key'])
    await reconcile()
    expect(await say()).toMatch(/^False .*age-key/)

    const said = await desk.restoreRecovery('--yes', '--json')

    expect(said.code).toBe(0)
    expect(JSON.parse(said.stdout)).toMatchObject({
      changed: true,
      secrets: [{ id: SECRET, added: [{ entry: 'age.agekey' }], there: [] }],
      kustomizations: expect.arrayContaining([expect.objectContaining({ id: decrypting, ready: true })]),
    })
    expect(await say()).toMatch(/^True /)
    expect((await desk.drillRecovery()).code).toBe(0)
  })

  test('changes nothing that is there: a key under the same name stays, and a second time nothing is missing', async () => {
    const old = await readFile(join(desk.sandbox.paths.secrets, 'age.agekey'), 'utf8')
    const other = await desk.newKey()
    await desk.toRecovery()
    await desk.setEntries({ 'age.agekey': other.text })

    const first = await desk.restoreRecovery('--yes', '--json')
    const second = await desk.restoreRecovery('--yes', '--json')

    expect(JSON.parse(first.stdout).secrets).toMatchObject([{ added: [{ entry: 'age-restored.agekey' }], there: [other.recipient] }])
    expect(JSON.parse(second.stdout)).toMatchObject({ changed: false, secrets: [{ added: [] }] })
    await desk.setEntries({ 'age.agekey': old, 'age-restored.agekey': null })
  })

  test('shows and changes nothing with --dry-run, and asks for --yes where nobody can be asked', async () => {
    await desk.toRecovery()
    await desk.tool('kubectl', ['-n', 'flux-system', 'delete', 'secret', 'age-key'])

    const dry = await desk.restoreRecovery('--dry-run')
    const asked = await desk.restoreRecovery()

    expect(dry).toMatchObject({ code: 0, stderr: expect.stringContaining('Secret flux-system/age-key: made') })
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('needs --yes') })
    await expect(desk.tool('kubectl', ['-n', 'flux-system', 'get', 'secret', 'age-key'])).rejects.toThrow('not found')
    expect((await desk.restoreRecovery('--yes')).code).toBe(0)
  })

  test('puts nothing back at a no, and its exit says so', async () => {
    await desk.toRecovery()
    await desk.tool('kubectl', ['-n', 'flux-system', 'delete', 'secret', 'age-key'])
    const args = ['age', 'restore', await desk.written('.age'), '--identity', desk.recovery.file]

    const said = await desk.onTerminal(args, '[y/N]', 'n\n')

    expect(said).toMatchObject({ code: 6, text: expect.stringContaining('nothing was changed') })
    await expect(desk.tool('kubectl', ['-n', 'flux-system', 'get', 'secret', 'age-key'])).rejects.toThrow('not found')
    expect((await desk.restoreRecovery('--yes')).code).toBe(0)
  })

  test('puts the keys into a key file that sops reads, and leaves what is in it', async () => {
    const mine = await desk.newKey()
    const file = await desk.keyFile(join(desk.out, 'keys.txt'))
    await writeFile(file, mine.text, { mode: 0o640 })
    await desk.backup('--shares', '2/2')

    const said = await desk.run('age', 'restore', await desk.written('share-1.txt'), await desk.written('share-2.txt'), '--key-file', file)

    expect(said).toMatchObject({ code: 0, stdout: expect.stringContaining('has every key of the backup') })
    expect((await readFile(file, 'utf8')).startsWith(mine.text)).toBe(true)
    expect((await stat(file)).mode & 0o777).toBe(0o640)
    const env = { ...desk.env, SOPS_AGE_KEY_FILE: file }
    await promisify(execFile)(join(desk.sandbox.paths.bin, 'sops'), ['decrypt', FILE], { env, cwd: desk.sandbox.paths.repo })
    await rm(file)
  })

  test('makes a key file with its folder, and with --dry-run says what one lacks', async () => {
    await desk.toRecovery()
    const file = await desk.keyFile(join(desk.out, 'sops', 'age', 'keys.txt'))

    const dry = await desk.restoreRecovery('--key-file', file, '--dry-run')
    const said = await desk.restoreRecovery('--key-file', file)

    expect(dry.stdout).toMatch(/lacks age1\w+\n.*nothing was written \(--dry-run\)/)
    expect(said.code).toBe(0)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(join(desk.out, 'sops'))).mode & 0o777).toBe(0o700)
    expect((await desk.restoreRecovery('--key-file', file)).stdout).toContain('nothing was missing')
  })

  test('a backup and a drill after it are not taken for a change of the keys', async () => {
    await desk.toRecovery()
    const file = await desk.written('.age')
    await desk.tool('kubectl', ['-n', 'flux-system', 'delete', 'secret', 'age-key'])
    await desk.restoreRecovery('--yes')

    // scrypt takes longer than the second that managedFields tell.
    await desk.backup('--passphrase-file', desk.passphraseFile, '--name', 'phrase')
    await desk.drill(file, '--identity', desk.recovery.file)

    expect(JSON.parse((await desk.run('status', '--json')).stdout).keys).toMatchObject([{ warning: null }])
  })

  test('does not take a backup whose manifest names other keys', async () => {
    await desk.toRecovery('--name', 'keys')
    const manifest = join(desk.out, 'keys.manifest.json')
    await writeFile(
      manifest,
      (await readFile(manifest, 'utf8')).replaceAll(/"recipient": "age1\w+"/g, `"recipient": "${desk.recovery.recipient}"`),
    )

    const said = await desk.run('age', 'restore', join(desk.out, 'keys.age'), '--identity', desk.recovery.file, '--yes')

    expect(said).toMatchObject({ code: 2, stderr: expect.stringContaining('other keys than its manifest names') })
  })
})
