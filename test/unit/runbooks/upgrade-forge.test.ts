// Check forge-ready: whether a pull request can be opened, asked before anything is done.
import { describe, expect, test } from 'vitest'
import { forgeReady } from '../../../runbooks/upgrade/checks/forge.ts'
import type { UpgradeInput } from '../../../runbooks/upgrade/input.ts'
import { runChecks } from '../../../src/engine/checks.ts'
import type { CheckResult } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { Forge } from '../../../src/ports/forge.ts'
import { fakeContext } from '../actions/fakes.ts'

const input: UpgradeInput = { to: '2.9.2', repo: '/repo', backupRecipients: [], timeoutSeconds: 300, pullRequest: {} }

async function asked(forge: Partial<Forge>, given: UpgradeInput = input): Promise<CheckResult | undefined> {
  const upstream = { remote: 'origin', branch: 'main', url: 'https://git.test/acme/home.git' }
  const git = { root: async () => '/repo', head: async () => 'a'.repeat(40), branch: async () => 'main', upstream: async () => upstream }
  const ctx = fakeContext({ git, forge: { detect: async () => 'gitea', ...forge } })
  const recorder = { record: async () => undefined, live: () => undefined }
  const [report] = await runChecks({ checks: [forgeReady] }, ctx, given, {}, recorder)
  return report?.result
}

const refused = (code: string) => async () =>
  Promise.reject(new OpsError({ code, message: 'no', hints: ['export FLUX_OPS_FORGE_TOKEN=…'] }))

describe('forge-ready', () => {
  test('passes where the forge lets you push', async () => {
    expect(await asked({ mayPush: async () => true })).toMatchObject({ status: 'pass', detail: 'gitea, https://git.test/acme/home' })
  })

  test.each<[string, Partial<Forge>]>([
    ['you may only read', { mayPush: async () => false }],
    ['there is no token', { mayPush: refused('forge-token-missing') }],
    ['the token is refused', { mayPush: refused('forge-auth') }],
    ['nothing says which forge it is', { detect: async () => undefined }],
  ])('fails where %s, and says what to set', async (_what, forge) => {
    expect(await asked(forge)).toMatchObject({
      status: 'fail',
      hints: expect.arrayContaining([expect.stringMatching(/FLUX_OPS_FORGE_TOKEN|--forge/)]),
    })
  })

  test.each<[string, Partial<Forge>]>([
    ['the forge does not answer', { mayPush: refused('forge-unreachable') }],
    ['it does not say what you may do', { mayPush: async () => undefined }],
  ])('is unknown where %s', async (_what, forge) => {
    expect(await asked(forge)).toMatchObject({ status: 'unknown' })
  })

  test('is not asked without --pr', async () => {
    const { pullRequest: _none, ...pushed } = input

    expect(await asked({}, pushed)).toMatchObject({ status: 'skip' })
  })
})
