// The host key that the server shows is pinned, where it is the one whose fingerprint a person has got from the provider.
import { shownKeys, sshPlace, withPinned } from '../../../src/actions/host-keys.ts'
import { SECRET } from '../../../src/actions/resources.ts'
import { refusal, usageError } from '../../../src/errors.ts'
import type { Context, ReadContext } from '../../../src/ports/context.ts'
import type { KubeObject } from '../../../src/ports/kube.ts'
import type { Fix } from '../plan-schema.ts'
import { askAfter, askedProof, askLine, wasAsked } from './ask.ts'
import { addressOf, type Doing, type Found, labelAt, mustBeThere, patchAt, readAt, verbs } from './remedy.ts'

const ENTRY = 'known_hosts'

const pinned = (secret: KubeObject | undefined): string => Buffer.from(String(secret?.data?.[ENTRY] ?? ''), 'base64').toString()

const partsOf = ({ to, knownHosts }: Fix): { to: NonNullable<Fix['to']>; knownHosts: NonNullable<Fix['knownHosts']> } => {
  if (to === undefined || knownHosts === undefined)
    throw refusal('no-known-hosts', 'the plan names no Secret with known_hosts', 'flux-ops recover')
  return { to, knownHosts }
}

async function details(ctx: ReadContext, { fix, object, input }: Found): Promise<Fix> {
  const place = sshPlace(String(object.spec?.url ?? ''))
  const name = object.spec?.secretRef?.name
  if (place === undefined || typeof name !== 'string')
    throw refusal('not-ssh', `${fix.object} is not fetched over SSH with a Secret of its own`, 'flux-ops recover')
  if (input.fingerprint === undefined)
    throw usageError(
      'needs-fingerprint',
      `${fix.object}: which host key is the right one, only its provider can say`,
      '--fingerprint SHA256:… as your provider publishes it',
    )
  const secret = await ctx.kube.get(SECRET, { name, namespace: fix.at.namespace })
  if (secret === undefined) throw refusal('secret-gone', `Secret ${fix.at.namespace}/${name} is not there`, 'flux-ops recover')
  const shown = await shownKeys(ctx, place)
  const right = shown.find(({ fingerprint }) => fingerprint === input.fingerprint)
  if (right === undefined)
    throw refusal(
      'fingerprint-differs',
      `${place.host} shows no key with that fingerprint: somebody may stand in between, or the fingerprint is of another host`,
      // Not what it shows: that would be pasted by somebody who is tired.
      'look the fingerprint up where your provider publishes it, and not by this connection',
    )
  const before = pinned(secret)
  const knownHosts = { before, after: withPinned(before, place, right.line), fingerprint: right.fingerprint }
  return { ...fix, to: addressOf(SECRET, { ...secret, kind: 'Secret' }), knownHosts }
}

const write = (ctx: Context, to: NonNullable<Fix['to']>, text: string): Promise<void> =>
  patchAt(ctx, to, { data: { [ENTRY]: text === '' ? null : Buffer.from(text).toString('base64') } })

export const pinHostKey: Doing = {
  title: (fix) => `pin ${partsOf(fix).knownHosts.fingerprint} in ${labelAt(partsOf(fix).to)}`,
  why: () => 'the server shows another host key than the pinned one, and it is the one that was named',
  details,
  preview: (fix, token) => [
    `patch ${labelAt(partsOf(fix).to)} ${ENTRY}, other hosts as they are:`,
    ...partsOf(fix)
      .knownHosts.after.trim()
      .split('\n')
      .map((line) => `  ${line}`),
    askLine(fix, token),
  ],
  isDone: async (ctx, fix, token) => {
    const { to, knownHosts } = partsOf(fix)
    return pinned(await readAt(ctx, to)) === knownHosts.after && (await wasAsked(ctx, fix, token))
  },
  run: async (ctx, fix, token) => {
    const { to, knownHosts } = partsOf(fix)
    const now = pinned(await mustBeThere(ctx, to))
    if (now !== knownHosts.before && now !== knownHosts.after)
      throw refusal('secret-changed', `${labelAt(to)} was changed since the plan was made`, 'flux-ops recover')
    await write(ctx, to, knownHosts.after)
    await askAfter(ctx, fix, token)
    return { pinned: knownHosts.fingerprint }
  },
  undo: async (ctx, fix) => {
    const { to, knownHosts } = partsOf(fix)
    if (pinned(await readAt(ctx, to)) === knownHosts.after) await write(ctx, to, knownHosts.before)
  },
  undoPreview: (fix) => [`patch ${labelAt(partsOf(fix).to)} ${ENTRY}: as it was before`],
  needs: (namespace) => verbs({ ...SECRET, namespace }, 'get', 'patch'),
  proof: askedProof,
}
