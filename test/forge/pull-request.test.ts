// An upgrade by pull request on a real forge, from its opening to the proof, and back.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { release } from '../../src/flux/catalogue/index.ts'
import { type Driven, drive } from '../runbooks/desk.ts'
import { FROM, TO } from '../runbooks/fixture.ts'
import { cloneOf, type ForgeDesk, forgeDesk } from './forge-desk.ts'

const noteOf = (run: Driven): string => JSON.stringify(run.events)

describe.each([
  ['pin', 'squash', 'apply'],
  ['bootstrap', 'merge', 'apply'],
  ['operator', 'rebase', 'operator-applies'],
  ['helm', 'squash', 'helm-applies'],
] as const)('in style %s, merged by %s, on a branch that nobody may push to', (style, how, applies) => {
  let desk: ForgeDesk
  let waiting: Driven
  let done: Driven
  let asked: Driven
  let before: { clone: string[]; main: string; images: string[] }
  const picture = async () => ({ clone: await cloneOf(desk), main: await desk.remoteHead(), images: await desk.images() })

  beforeAll(async () => {
    desk = await forgeDesk(style)
    await desk.guardMain()
    before = await picture()
  })
  afterAll(async () => desk?.remove())

  test('a dry run says every step, and neither the forge nor the clone is changed', async () => {
    const dry = await desk.upgrade({ dryRun: true })

    const said = dry.events.flatMap((event) => (event.type === 'step.would' ? [event.id] : []))
    expect(dry.error?.message).toBeUndefined()
    expect(said).toEqual(expect.arrayContaining(['worktree', 'push-branch', 'open-pull-request', 'merged', 'checkout-merge', applies]))
    expect(said).not.toContain('push')
    expect([await desk.pulls(), await desk.branches(), await picture()]).toEqual([[], ['main'], before])
  })

  test('the run opens one pull request and waits for a person', async () => {
    waiting = await desk.upgrade()

    expect(waiting.error?.message).toBeUndefined()
    expect(waiting).toMatchObject({ outcome: 'waiting', exit: 'waiting' })
    const [pull, ...more] = await desk.pulls()
    expect(more).toEqual([])
    expect(pull).toMatchObject({ state: 'open', title: `Upgrade Flux from ${FROM} to ${TO}` })
    expect(pull?.body).toContain(`flux-ops runs resume ${waiting.runId}`)
    expect(noteOf(waiting)).toContain(`/pulls/${pull?.number}`)
  })

  test('until then the guarded branch, the clone and the controllers are as they were', async () => {
    expect(await picture()).toEqual(before)
    expect(await desk.run('kubectl', '-n', 'flux-system', 'get', 'lease', '-o', 'jsonpath={.items[*].spec.holderIdentity}')).toBe('')
  })

  test('what is stored is migrated before it can be merged', async () => {
    const stored = Object.values(await desk.storedVersions()).flat()

    expect(stored.filter((version) => /v1beta2|v2beta/.test(version))).toEqual([])
  })

  test('a resume before the merge waits again and opens no second one', async () => {
    const again = await desk.again('resume', waiting.runId)

    expect(again).toMatchObject({ outcome: 'waiting', exit: 'waiting' })
    expect(await desk.pulls()).toHaveLength(1)
  })

  test('a resume after the merge ends with the proof, with what others merged meanwhile', async () => {
    await desk.someoneElse({ 'NOTES.md': 'from another machine\n' })
    await desk.merge((await desk.pulls())[0]?.number ?? 0, how)

    const start = performance.now()
    done = await desk.again('resume', waiting.runId)

    console.log(`style ${style}, ${how}: resumed to its end in ${((performance.now() - start) / 1000).toFixed(1)} s`)
    expect(done.error?.message).toBeUndefined()
    expect(done.outcome).toBe('done')
    expect((await desk.processes()).join()).not.toContain(FROM)
    expect(await readFile(join(done.runDir, 'report.md'), 'utf8')).toContain((await desk.pulls())[0] ? '- commit `' : '')
  })

  test('what was applied is what was merged, though the clone was behind', async () => {
    // Ours where we apply; else what the operator or the chart has made of the merge.
    const applied =
      applies === 'apply' ? await readFile(join(done.runDir, 'manifests', 'new.yaml'), 'utf8') : (await desk.images()).join('\n')

    for (const { component, tag } of release(TO).controllers.filter((each) => applied.includes(`/${each.component}:`)))
      expect(applied).toContain(`/${component}:${tag}`)
    for (const { component, tag } of release(FROM).controllers) expect(applied).not.toContain(`/${component}:${tag}`)
    expect(applied).toContain('/kustomize-controller:')
  })

  test('the clone of the person has followed, clean and on its branch, and no work tree is left', async () => {
    expect(await cloneOf(desk)).toEqual([`${await desk.remoteHead()}\n`, 'main\n', ''])
    expect((await desk.git('worktree', 'list')).trim().split('\n')).toHaveLength(1)
    expect(await readFile(join(desk.paths.repo, 'NOTES.md'), 'utf8')).toContain('another machine')
  })

  test('the rollback is proposed too: until its merge the newer version runs', async () => {
    const images = await desk.images()

    asked = await drive({ dir: desk.paths.dir, runbook: 'rollback', input: { run: done.runId, timeoutSeconds: 120 } })

    expect(asked).toMatchObject({ outcome: 'waiting', exit: 'waiting' })
    expect(await desk.images()).toEqual(images)
  })

  test('once that is merged the older version runs, proven, and nothing is held', async () => {
    const [pull] = (await desk.pulls()).filter((each) => each.state === 'open')
    await desk.merge(pull?.number ?? 0, how)

    const back = await drive({ dir: desk.paths.dir, runbook: 'rollback', resume: asked.runId })

    expect(back.error?.message).toBeUndefined()
    expect(back.outcome).toBe('done')
    expect(await desk.images()).toEqual(before.images)
    expect(await desk.git('diff', '--stat', before.main, 'HEAD', '--', ':!NOTES.md')).toBe('')
    const suspended = ['get', 'kustomizations.kustomize.toolkit.fluxcd.io', '-A', '-o', 'jsonpath={.items[*].spec.suspend}']
    expect((await desk.run('kubectl', ...suspended)).trim()).toBe('')
  })
})
