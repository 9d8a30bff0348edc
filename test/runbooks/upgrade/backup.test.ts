// The backup with its secrets, sealed by the real age: what is kept, who can open it, and that no plain text is left anywhere.
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { World } from '../../../src/adapters/context.ts'
import type { Command } from '../../../src/ports/exec.ts'
import { type Driven, drive } from '../desk.ts'
import { type Fixture, FROM, fixture, TO } from '../fixture.ts'

const PLAIN = 'plain-text-of-a-secret-nobody-may-see'
const ENCODED = Buffer.from(PLAIN).toString('base64')

/** Writes down what is started, and ends the run at the first change of the repository: the backup is there by then. */
const untilRepository =
  (argv: string[][]) =>
  (world: World): World => {
    const run = async (command: Command) => {
      argv.push([command.tool, ...command.args])
      if (command.tool === 'flux' && command.effect === 'write') throw new Error('far enough')
      return world.exec.run(command)
    }
    return { ...world, exec: { run, show: (command) => world.exec.show(command) } }
  }

async function textsBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true })
  return Promise.all(entries.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')))
}

describe('the backup of an upgrade', () => {
  let sandbox: Fixture
  let done: Driven
  let key: string
  let recipient: string
  const argv: string[][] = []
  const backup = (name: string): string => join(done.runDir, 'backup', name)
  const listed = async (name: string): Promise<{ kind: string; metadata: { name: string } }[]> =>
    JSON.parse(await readFile(backup(name), 'utf8')).items

  beforeAll(async () => {
    sandbox = await fixture('bootstrap')
    await sandbox.run('kubectl', '-n', 'flux-system', 'create', 'secret', 'generic', 'kept', `--from-literal=password=${PLAIN}`)
    key = join(sandbox.paths.dir, 'backup.agekey')
    await writeFile(key, await sandbox.run('age-keygen'), { mode: 0o600 })
    recipient = (await sandbox.run('age-keygen', '-y', key)).trim()
    const input = { to: TO, repo: sandbox.paths.repo, timeoutSeconds: 120, backupRecipients: [recipient] }
    done = await drive({ dir: sandbox.paths.dir, runbook: 'upgrade', input, decorate: untilRepository(argv) })
  })
  afterAll(async () => sandbox?.remove())

  test('seals the secrets to the recipient, who can open them with age', async () => {
    expect(done.error?.message).toBe('far enough')
    expect(await readFile(backup('secrets.json.age'), 'utf8')).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/)

    const opened = await sandbox.run('age', '--decrypt', '--identity', key, backup('secrets.json.age'))

    const secrets = JSON.parse(opened) as { items: { kind: string; metadata: { name: string }; data?: Record<string, string> }[] }
    expect(secrets.items.find((item) => item.metadata.name === 'kept')).toMatchObject({ kind: 'Secret', data: { password: ENCODED } })
    expect(done.state.facts.backup?.secrets).toBe(secrets.items.length)
  })

  test('leaves no plain text of a secret in any file of the run, its journal among them, nor in an argument', async () => {
    const texts = await textsBelow(done.runDir)

    expect(texts.length).toBeGreaterThan(5)
    for (const text of [...texts, ...argv.map((args) => args.join(' ')), JSON.stringify(done.events)]) {
      expect(text).not.toContain(PLAIN)
      expect(text).not.toContain(ENCODED)
    }
  })

  test('holds the objects, the CRDs, the namespace and the old manifests, each with its checksum, and the commit', async () => {
    const index = JSON.parse(await readFile(backup('index.json'), 'utf8')) as { commit: string; files: Record<string, string> }

    expect(Object.keys(index.files).sort()).toEqual([
      'backup/crds.json',
      'backup/flux-objects.json',
      'backup/namespace.json',
      'backup/secrets.json.age',
      'manifests/old.yaml',
    ])
    for (const [path, sum] of Object.entries(index.files)) {
      expect(
        createHash('sha256')
          .update(await readFile(join(done.runDir, path)))
          .digest('hex'),
      ).toBe(sum)
    }
    expect(index.commit).toBe((await sandbox.git('rev-parse', 'HEAD')).trim())
    const kinds = new Set((await listed('namespace.json')).map((item) => item.kind))
    for (const kind of ['Namespace', 'Deployment', 'Service', 'ServiceAccount']) expect(kinds).toContain(kind)
    expect(kinds).not.toContain('Secret')
    const objects = (await sandbox.run('kubectl', 'get', 'kustomizations,gitrepositories,helmreleases', '-A', '-o', 'name'))
      .trim()
      .split('\n')
    expect((await listed('flux-objects.json')).length).toBeGreaterThanOrEqual(objects.length)
    expect((await listed('crds.json')).length).toBeGreaterThanOrEqual(10)
    expect(await readFile(join(done.runDir, 'manifests/old.yaml'), 'utf8')).not.toMatch(/^kind: Secret$/m)
    expect(FROM).toBe(done.state.plan && (done.state.plan as { from: string }).from)
  })

  test('is refused with a recipient that age does not take, before anything is changed', async () => {
    const head = await sandbox.git('rev-parse', 'HEAD')
    const wrong = `${recipient.slice(0, -1)}${recipient.endsWith('q') ? 'p' : 'q'}`
    const input = { to: TO, repo: sandbox.paths.repo, backupRecipients: [recipient, wrong] }

    const refused = await drive({ dir: sandbox.paths.dir, runbook: 'upgrade', input })

    expect(refused.exit).toBe('checks')
    const check = refused.state.checks.find((each) => each.id === 'backup-recipients')
    expect(check?.result).toMatchObject({ status: 'fail', items: [{ where: wrong, what: expect.stringContaining('recipient') }] })
    expect(refused.state.steps).toEqual([])
    expect(await sandbox.git('rev-parse', 'HEAD')).toBe(head)
  })
})
