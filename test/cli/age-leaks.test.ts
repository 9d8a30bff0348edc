// Where keys and clear values are while the program works with them: nowhere but in its memory, on the ways too on which sops and age are asked.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { tellSecret } from '../secrets/known-secrets.ts'
import { AgeDesk } from './age-desk.ts'

const CANARY = 'canary.sops.yaml'

let desk: AgeDesk
let own: string

beforeAll(async () => {
  desk = await AgeDesk.open()
  own = await readFile(join(desk.sandbox.paths.secrets, 'age.agekey'), 'utf8')
})
afterAll(() => desk.close())
beforeEach(() => desk.fresh())

/** A clear value that stands nowhere else. With a damaged MAC it is sops that has the last word, and prints it. */
async function sealedCanary({ damaged = false } = {}): Promise<void> {
  const value = randomBytes(18).toString('base64url')
  await tellSecret(desk.sandbox.paths, 'clear value', value)
  const args = ['encrypt', '--age', /age1[0-9a-z]+/.exec(own)?.[0] ?? '', '--unencrypted-suffix', '_clear', '--filename-override', CANARY]
  const sealed = await desk.tool('sops', args, `value: ${value}\nnote_clear: one\n`, desk.work)
  await writeFile(join(desk.sandbox.paths.repo, CANARY), damaged ? sealed.replace('note_clear: one', 'note_clear: two') : sealed)
  await desk.git('add', CANARY)
}

const tools = async (): Promise<string[]> => (await desk.started()).map((line) => line.split(' ', 2).join(' '))

describe('no key and no clear value lies about', () => {
  test('after a backup, a drill, a restore and an audit', async () => {
    await sealedCanary()

    const codes = [
      await desk.toRecovery(),
      await desk.drillRecovery(),
      await desk.restoreRecovery('--yes'),
      await desk.restoreRecovery('--key-file', await desk.keyFile(join(desk.out, 'keys.txt'))),
      await desk.run('audit', 'keys', '--no-cluster', '--identity', desk.recovery.file),
    ].map(({ code }) => code)

    expect(codes).toEqual([0, 0, 0, 0, 0])
    expect(await desk.leaks()).toEqual([])
  })

  test('when sops has to be asked for a MAC: it gets the keys by its environment and the file by standard input', async () => {
    await sealedCanary({ damaged: true })

    const said = await desk.run('audit', 'keys')

    expect(said.stdout).toContain(`${CANARY}  was changed after sops had sealed it`)
    expect(await tools()).toContain('sops decrypt')
    expect(await desk.leaks()).toEqual([])
  })

  test('when age has to be asked, as only it knows SSH keys: it is told the path of a key file that is there already', async () => {
    const key = join(desk.work, 'id_ed25519')
    await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'oncall', '-f', key])
    await desk.keyFile(key, await readFile(key, 'utf8'))

    const backup = await desk.backup('--to', (await readFile(`${key}.pub`, 'utf8')).trim(), '--identity', key)
    const drill = await desk.drill(await desk.written('.age'), '--identity', key)

    expect([backup.code, drill.code]).toEqual([0, 0])
    expect((await desk.started()).filter((line) => line.startsWith('age --decrypt'))).toContain(`age --decrypt --identity ${key}`)
    expect(await desk.leaks()).toEqual([])
  })

  test('when a passphrase is typed on a terminal', async () => {
    await desk.backup('--passphrase-file', desk.passphraseFile)

    const args = ['age', 'drill', await desk.written('.age'), '--no-cluster']
    const said = await desk.onTerminal(args, 'assphrase', `${await readFile(desk.passphraseFile, 'utf8')}`)

    expect(said).toMatchObject({ code: 0 })
    expect(await desk.leaks()).toEqual([])
  })

  test('or it is found, in base64 and in the middle of a file as well', async () => {
    const stray = join(desk.out, 'report.json')
    await writeFile(stray, JSON.stringify({ data: Buffer.from(`# a comment\n${own}`).toString('base64') }))

    expect(await desk.leaks()).toEqual([`age key 1 in ${stray}`])
    await rm(stray)
  })
})
