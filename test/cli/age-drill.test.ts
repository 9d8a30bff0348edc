// `age drill` as a person types it: it passes where everything comes back, and nowhere else.
import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
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

describe('age drill', () => {
  test('passes from a sealed file, and the Secret remembers it', async () => {
    await desk.toRecovery('--no-record')

    const said = await desk.drill(await desk.written('.age'), '--identity', desk.recovery.file, '--json')

    expect(said.code).toBe(0)
    expect(JSON.parse(said.stdout)).toMatchObject({
      verdict: 'passed',
      repository: { files: 4, opened: 4, problems: [] },
      cluster: { secrets: [{ id: SECRET, problems: [], notBackedUp: [], unknown: [] }] },
      recorded: [SECRET],
    })
    expect(Object.keys((await desk.secret()).metadata.annotations)).toEqual(
      expect.arrayContaining(['flux-ops.dev/age-backup-at', 'flux-ops.dev/age-drill-at']),
    )
    expect((await desk.run('status', '--json')).stdout).toMatch(/"warning": null/)
  })

  test('passes from a sheet that a passphrase opens, with no cluster at all', async () => {
    await desk.backup('--passphrase-file', desk.passphraseFile, '--sheet')

    const said = await desk.drill(
      await desk.written('.html'),
      '--passphrase-file',
      desk.passphraseFile,
      '--no-cluster',
      '--kubeconfig',
      '/nowhere',
      '--html',
      join(desk.work, 'drill.html'),
    )

    expect(said).toMatchObject({ code: 0, stdout: expect.stringContaining('✔ 4 sealed files open from this backup alone') })
    expect(await readFile(join(desk.work, 'drill.html'), 'utf8')).toContain(
      'Passed: this backup opens every sealed file of the repository; the cluster was not asked',
    )
  })

  test('is no pass with the key that is in the backup, and writes its report over nothing else', async () => {
    const own = join(desk.sandbox.paths.secrets, 'age.agekey')
    const recipient = await desk.tool('age-keygen', ['-y'], await readFile(own, 'utf8'))
    await desk.backup('--to', recipient.trim(), '--to', desk.recovery.recipient, '--identity', own)
    const file = await desk.written('.age')
    const before = await readFile(file, 'utf8')

    const said = await desk.drill(file, '--identity', own)
    const over = await desk.drill(file, '--identity', desk.recovery.file, '--html', file)

    expect(said).toMatchObject({ code: 3, stdout: expect.stringContaining('? it was opened with a key that is in it') })
    expect(over).toMatchObject({ code: 6, stderr: expect.stringContaining('is no report of a drill') })
    expect(await readFile(file, 'utf8')).toBe(before)
  })

  test('names a folder of which git knows nothing for wrong usage', async () => {
    await desk.toRecovery()

    const said = await desk.drill(
      await desk.written('.age'),
      '--identity',
      desk.recovery.file,
      '--path',
      './cluster/',
      '--path',
      'clusters',
    )

    expect(said).toMatchObject({ code: 2, stderr: expect.stringContaining('git knows nothing in clusters') })
  })

  test('passes from any two of three shares, and says how many are missing', async () => {
    await desk.backup('--shares', '2/3')

    const [one, three] = [await desk.written('-share-1.txt'), await desk.written('-share-3.txt')]

    expect((await desk.drill(three, one)).code).toBe(0)
    expect(await desk.drill(one)).toMatchObject({ code: 2, stderr: expect.stringContaining('1 more share is needed') })
  })

  test('fails when a file is sealed to somebody else alone', async () => {
    await desk.toRecovery()
    const { recipient } = await desk.newKey()
    const sealed = await desk.tool('sops', ['encrypt', '--age', recipient, '--filename-override', 'x.sops.yaml'], 'a: b\n', desk.work)
    await writeFile(join(desk.sandbox.paths.repo, 'other.sops.yaml'), sealed)
    await desk.git('add', 'other.sops.yaml')

    const said = await desk.drillRecovery()

    expect(said.code).toBe(3)
    expect(said.stdout).toContain('✗ other.sops.yaml does not open with any identity at hand')
    expect(said.stdout).toContain('✗ failed')
    await desk.git('rm', '--quiet', '--cached', 'other.sops.yaml')
    expect((await desk.drillRecovery()).code).toBe(0)
  })

  test('fails when a MAC does not hold, which Flux does not see', async () => {
    await desk.toRecovery()
    const path = join(desk.sandbox.paths.repo, FILE)
    await writeFile(path, (await readFile(path, 'utf8')).replace('name: hello-values', 'name: hello-valves'))

    const said = await desk.drillRecovery()

    expect(said.code).toBe(3)
    expect(said.stdout).toContain(`✗ ${FILE}: its MAC does not hold`)
  })

  test('fails when the cluster has a key that is not in the backup', async () => {
    await desk.toRecovery()
    const { text, recipient } = await desk.newKey()
    await desk.setEntries({ 'new.agekey': text })

    const said = await desk.drillRecovery()

    await desk.setEntries({ 'new.agekey': null })
    expect(said.code).toBe(3)
    expect(said.stdout).toContain(`✗ ${recipient} is not in this backup`)
  })

  test('fails when the Secret no longer opens what Flux applied last, though it opens what is in the clone', async () => {
    const old = await readFile(join(desk.sandbox.paths.secrets, 'age.agekey'), 'utf8')
    const next = await desk.newKey()
    const all = (await desk.git('grep', '-l', 'lastmodified')).trim().split('\n')
    for (const file of all) {
      const args = ['rotate', '--in-place', '--add-age', next.recipient, '--rm-age', /age1[0-9a-z]+/.exec(old)?.[0] ?? '', file]
      await promisify(execFile)(join(desk.sandbox.paths.bin, 'sops'), args, {
        env: { ...desk.env, SOPS_AGE_KEY: old },
        cwd: desk.sandbox.paths.repo,
      })
    }
    await desk.git('commit', '--quiet', '--all', '-m', 'chore: new key')
    await desk.setEntries({ 'age.agekey': next.text })
    await desk.toRecovery()

    const said = await desk.drillRecovery()

    await desk.setEntries({ 'age.agekey': old })
    expect(said.code).toBe(3)
    expect(said.stdout).toContain('✔ 4 sealed files open from this backup alone')
    expect(said.stdout).toMatch(/✗ 0 of \d sealed files? of main@sha1:[0-9a-f]{40}, which is applied now, open/)
  })

  test.each([
    ['a key file in the clear', () => desk.recovery.file, 'is a key file in the clear'],
    ['something else', () => join(desk.sandbox.paths.repo, 'README.md'), 'holds neither a sealed backup nor a share'],
    ['nothing', () => '/nowhere', '/nowhere does not exist'],
  ])('tells %s apart from a backup', async (_what, path, message) => {
    expect(await desk.drill(path())).toMatchObject({ code: expect.any(Number), stderr: expect.stringContaining(message) })
  })

  test('does not open with another key, nor with a wrong passphrase', async () => {
    const other = join(desk.work, 'other.agekey')
    await desk.keyFile(other, (await desk.newKey()).text)
    await writeFile(join(desk.work, 'wrong'), 'horse-apron-violin-candle-summer\n')
    await desk.toRecovery('--name', 'keys')
    await desk.backup('--passphrase-file', desk.passphraseFile, '--name', 'phrase')

    const [byKey, byPhrase] = [join(desk.out, 'keys.age'), join(desk.out, 'phrase.age')]

    expect((await desk.drill(byKey, '--identity', other)).stderr).toContain('none of the identities given is one of them')
    expect((await desk.drill(byKey)).stderr).toContain('--identity FILE')
    expect((await desk.drill(byPhrase, '--passphrase-file', join(desk.work, 'wrong'))).stderr).toContain(
      'does not open with this passphrase',
    )
  })

  test('names whose a recipient is, as the file of the team says it', async () => {
    const own = /age1[0-9a-z]+/.exec(await readFile(join(desk.sandbox.paths.secrets, 'age.agekey'), 'utf8'))?.[0]
    await writeFile(join(desk.sandbox.paths.repo, '.flux-ops.yaml'), `recipients:\n  - name: home cluster\n    recipient: ${own}\n`)

    const said = await desk.toRecovery()

    expect(said.stdout).toContain(`${own} "home cluster"  opens`)
    expect((await desk.drillRecovery()).stdout).toContain(`${own} "home cluster"`)
    await rm(join(desk.sandbox.paths.repo, '.flux-ops.yaml'))
  })
})
