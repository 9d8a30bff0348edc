// The servers: reached from here, their host keys pinned, and what they say of the old credential and of the new one.
import { linesOf, sshPlace } from '../../../src/actions/host-keys.ts'
import type { Check, CheckItem, CheckResult } from '../../../src/engine/model.ts'
import { OpsError } from '../../../src/errors.ts'
import type { ReadContext } from '../../../src/ports/context.ts'
import { type Asked, askServers, lineOf } from '../admission.ts'
import { clear, holds, withCredential } from '../credential.ts'
import type { CredentialsInput } from '../input.ts'
import { chosenNext, misfit, nextCredential } from '../next.ts'
import { type Server, serversOf } from '../plan-facts.ts'
import { rotatedOf, sourcesOf, usersOf } from '../survey.ts'
import { fail, failOf, failOn, pass } from './results.ts'

type CredentialsCheck = Check<CredentialsInput>

const servers = async (ctx: ReadContext, input: CredentialsInput): Promise<Server[]> =>
  serversOf({ sources: sourcesOf(await rotatedOf(ctx, input)), pushing: [...(await usersOf(ctx, input)).pushing] })

/** A server that cannot be reached has not answered. */
async function asking(id: string, ask: () => Promise<CheckResult>): Promise<CheckResult> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof OpsError && ['git-unreachable', 'tool-timeout'].includes(error.code))
      return { status: 'unknown', cause: error.message, hints: error.hints }
    return failOf(id, error)
  }
}

export const hostKeysPinned: CredentialsCheck = {
  id: 'host-keys-pinned',
  title: 'the host key of every server is pinned',
  severity: 'error',
  probe: async (ctx, input) => {
    const { id, kind, data } = await rotatedOf(ctx, input)
    if (kind !== 'ssh') return { status: 'skip', reason: 'the sources fetch over HTTPS' }
    const pinned = clear(data, 'known_hosts') ?? ''
    const items: CheckItem[] = []
    for (const { url } of await servers(ctx, input)) {
      const place = sshPlace(url)
      if (place === undefined || linesOf(pinned, place).length === 0)
        items.push({ where: url, what: `is not in known_hosts of Secret ${id}` })
    }
    // A pattern or a certificate authority may name it all the same.
    if (items.length > 0 && /^\s*@cert-authority|[*?]/m.test(pinned))
      return { status: 'unknown', cause: `known_hosts of Secret ${id} has patterns or certificate authorities, which are not read here` }
    return failOn(
      'host-keys-pinned',
      items,
      (count) => `${count} servers are not pinned: whoever stands in between could take their place`,
      'take the key from what your provider publishes, by another way, and put it into entry known_hosts',
    )
  },
}

const refusedLines = (asked: readonly Asked[]): CheckItem[] =>
  asked.filter(({ answer }) => answer !== 'in').map((each) => ({ where: each.url, what: lineOf(each) }))

export const serverReached: CredentialsCheck = {
  id: 'server-reached',
  title: 'every server is reached from here, and lets the old credential in',
  severity: 'error',
  probe: (ctx, input) =>
    asking('server-reached', async () => {
      const { kind, data } = await rotatedOf(ctx, input)
      const asked = await askServers(ctx, kind, data, await servers(ctx, input))
      return failOn(
        'server-reached',
        refusedLines(asked),
        (count) => `${count} servers do not take the old one as it is used: there would be no way back to it`,
        'it has expired, or was removed:  --waive server-reached="the old one is refused already"',
      )
    }),
}

const SAME = 'the new one is the one that the Secret holds already'

/** Nothing is made yet of a key that will be made. */
export const newCredential: CredentialsCheck = {
  id: 'new-credential',
  title: 'the new credential is there, or can be made, and is another one',
  severity: 'error',
  probe: (ctx, input) =>
    asking('new-credential', async () => {
      const { kind, data } = await rotatedOf(ctx, input)
      const wrong = misfit(kind, input.next)
      if (wrong !== undefined) return fail('new-credential', wrong.says, [wrong.hint])
      const next = chosenNext(kind, input.next)
      if (next.how === 'generate') return pass('a new key, made in the run')
      const credential = await nextCredential(ctx, { kind, next, old: data }, '')
      if (holds(kind, data, credential)) return fail('new-credential', SAME, ['make another one at the forge, or with ssh-keygen'])
      const open = refusedLines(await askServers(ctx, kind, withCredential(kind, data, credential), await servers(ctx, input)))
      if (open.length === 0) return pass('the server takes it already')
      // A key is registered in the course of the run; a token that was never let in is most likely a wrong one.
      if (kind === 'ssh') return pass('to be registered in the run')
      return fail(
        'new-credential',
        'the server does not let the new token in, or not far enough',
        ['give it the rights that the old one has'],
        open,
      )
    }),
}
