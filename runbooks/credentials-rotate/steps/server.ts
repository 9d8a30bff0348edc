// What only a person can do: the server has to know the new credential before the swap, and to forget the old one after it. Whether it is done is asked of the
// server, with the credential itself.
import type { ManualStep } from '../../../src/engine/model.ts'
import { forgePlace, knownForge } from '../../../src/flux/forge-places.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import { type Asked, askAll, lineOf } from '../admission.ts'
import { needKept } from '../own-secret.ts'
import { type CredentialsView, fact, serversOf, what } from '../plan-facts.ts'
import type { CredentialsPlan } from '../plan-schema.ts'
import { assertSwapped } from '../swap.ts'

const PAGES: Readonly<Record<string, string>> = {
  github: 'settings/keys',
  gitlab: '-/settings/repository#js-deploy-keys-settings',
  gitea: 'settings/keys',
}

/** Where deploy keys are kept; undefined for a server whose pages are not known. */
export function keysPage(url: string): string | undefined {
  const place = forgePlace(url)
  const forge = place && knownForge(place.host)
  return place && forge && `${place.url}/${place.path}/${PAGES[forge]}`
}

const pushes = ({ plan }: CredentialsView, url: string): string[] =>
  plan.pushing.filter((each) => each.url === url).map(({ where }) => where)

function placeLines(view: CredentialsView): string[] {
  return serversOf(view.plan).map(({ url, write }) => {
    const page = view.plan.kind === 'ssh' ? keysPage(url) : undefined
    const rights = write ? `to read and write, as ${pushes(view, url).join(', ')} pushes with it` : 'to read, no more'
    return `  ${url}   ${rights}${page === undefined ? '' : `   ${page}`}`
  })
}

const now = (asked: Asked): string => `now ${lineOf(asked)}`

async function shutToNew(ctx: ReadContext, view: CredentialsView, write: boolean): Promise<Asked[]> {
  const { next } = await needKept(ctx, view)
  return (await askAll(ctx, view, next, write)).filter(({ answer }) => answer !== 'in')
}

/** A server that lets nobody in proves nothing of the old one: the new one has to be let in meanwhile. */
async function stillOpen(ctx: ReadContext, view: CredentialsView): Promise<string[]> {
  const shut = await shutToNew(ctx, view, false)
  const { old } = await needKept(ctx, view)
  const open = (await askAll(ctx, view, old, false)).filter(({ answer }) => answer === 'in')
  return [...shut.map((asked) => `the new one: ${now(asked)}`), ...open.map((asked) => `the old one: ${now(asked)}`)]
}

export const registered: ManualStep<CredentialsPlan> = {
  kind: 'manual',
  id: 'registered',
  title: 'have the server take the new credential',
  why: 'both are taken then, and no fetch fails whichever of them Flux uses',
  instructions: (view) => {
    const key = fact(view, 'new-credential', 'publicKey')
    const name = fact(view, 'new-credential', 'name')
    if (view.plan.kind !== 'ssh')
      return [
        'the server does not let the new token in, or not far enough; give it rights:',
        ...placeLines(view),
        'the old one stays valid meanwhile',
      ]
    return [
      'add this deploy key:',
      `  ${key === '' ? '<the public key, once it is made>' : key}`,
      ...(name === '' ? [] : [`  fingerprint ${name}`]),
      'to:',
      ...placeLines(view),
      `leave the old one where it is: ${view.plan.old}`,
    ]
  },
  isDone: async (ctx, view) => (await shutToNew(ctx, view, true)).length === 0,
  lacking: async (ctx, view) => (await shutToNew(ctx, view, true)).map(now),
}

export const oldRemoved: ManualStep<CredentialsPlan> = {
  kind: 'manual',
  id: 'old-removed',
  title: 'have the server refuse the old credential',
  why: 'a credential that nobody uses is only good for whoever steals it',
  pointOfNoReturn: 'once the server refuses the old one, there is no way back to it',
  instructions: ({ plan }) => [
    `every source of this cluster fetches with the new ${what(plan)}`,
    'whoever else uses the old one (another cluster, a CI job) needs another one first',
    plan.kind === 'ssh' ? 'remove this deploy key:' : 'revoke, or change, the old one:',
    `  ${plan.old}`,
    'at:',
    ...serversOf(plan).map(({ url }) => `  ${url}${plan.kind === 'ssh' ? `   ${keysPage(url) ?? ''}` : ''}`.trimEnd()),
  ],
  isDone: async (ctx, view) => {
    await assertSwapped(ctx, view)
    return (await stillOpen(ctx, view)).length === 0
  },
  lacking: stillOpen,
}
