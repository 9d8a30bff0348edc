// `init`: what is known is read, the questions are asked, the file is shown and, on a yes, written. Before that nothing is.
import { createHash } from 'node:crypto'
import { dirname, join, resolve } from 'node:path'
import { localWorld, type WorldOptions } from '../../adapters/context.ts'
import { homeFolder } from '../../adapters/crash-log.ts'
import { localFiles } from '../../adapters/files.ts'
import { listContexts } from '../../adapters/kube-contexts.ts'
import { createRedactor } from '../../adapters/redactor.ts'
import { openRunStore } from '../desk.ts'
import type { Invocation } from '../invocation.ts'
import { canAsk } from '../prompt.ts'
import type { ClusterFlags, OutputFlags } from '../run-flags.ts'
import { type Begun, beginWith } from './begin-with.ts'
import { interrupted, nobodyThere } from './ending.ts'
import type { Facts } from './facts.ts'
import { gatherer } from './gather.ts'
import { Interview } from './interview.ts'
import type { Asker } from './model.ts'
import { askerFor } from './open-asker.ts'
import { QUESTIONS } from './questions/index.ts'
import { readMachine } from './read-machine.ts'
import { review } from './review.ts'

export interface InitInput {
  readonly out: string
  readonly from: string | undefined
  readonly flags: OutputFlags & ClusterFlags
}

/** The `--json` document of a command that has none to print: it asks, and `--json` is refused. */
export interface InitResult {
  readonly file: string
  readonly written: boolean
}

const MODE = 0o644

/** Of what is there: what it holds, so that nothing that came meanwhile is written over. */
async function sumOf(path: string): Promise<string | undefined> {
  if (!(await localFiles.exists(path))) return undefined
  return createHash('sha256')
    .update(await localFiles.readBytes(path))
    .digest('hex')
}

const inHome = (text: string, home: string, folder: string): string =>
  text.startsWith('~/') ? join(home, text.slice(2)) : resolve(folder, text)

const isPath = (text: string): boolean => text.includes('/')

function lookAt(invocation: Invocation, folder: string): (names: 'file' | 'variable', text: string) => Promise<string | undefined> {
  const home = homeFolder(invocation.env)
  return async (names, text) => {
    if (names === 'variable' && !isPath(text))
      return invocation.env[text] ? undefined : `⚠ ${text} is not set here; it has to be when bootstrap runs`
    const there = await localFiles.exists(inHome(text, home, folder)).catch(() => false)
    return there ? undefined : `⚠ ${text} is not there now; it has to be when bootstrap runs`
  }
}

const worldOf = (invocation: Invocation, { kubeconfig, namespace }: ClusterFlags): WorldOptions => {
  const { env, signal, version, decorate } = invocation
  const redactor = createRedactor()
  const runs = openRunStore(invocation, redactor)
  // Tools may run in another folder.
  return {
    env,
    signal,
    kubeconfig: kubeconfig === undefined ? undefined : resolve(kubeconfig),
    namespace,
    redactor,
    runs,
    userAgent: `flux-ops/${version}`,
    decorate,
  }
}

async function knownFacts(invocation: Invocation, world: WorldOptions): Promise<Facts> {
  const { env } = invocation
  const home = homeFolder(env)
  const named = env.SOPS_AGE_KEY_FILE
  const usual = '.config/sops/age/keys.txt'
  return readMachine(localWorld(world), {
    folder: resolve('.'),
    keyFiles: [...(named ? [{ said: resolve(named), path: resolve(named) }] : []), { said: `~/${usual}`, path: join(home, usual) }],
    contexts: () => listContexts({ env, kubeconfig: world.kubeconfig }),
  })
}

const opening = ({ out, from }: InitInput, isThere: boolean): string[] => [
  'Some questions, and a cluster.yaml in the end. Nothing is changed in any cluster, and nothing is written before you have seen it.',
  '? says more, < goes back, Ctrl-C leaves.',
  ...(from === undefined ? [] : [`Enter takes what ${from} says. What else stands in it is kept; its comments are not.`]),
  ...(isThere ? [`⚠ ${out} is there already. It stays as it is until you choose in the end to write over it.`] : []),
]

/** The one that is usual is not written. */
const inNamespace = (base: Begun['base'] | undefined, namespace: string): Begun['base'] | undefined =>
  namespace === 'flux-system' ? base : { ...base, flux: { ...base?.flux, namespace } }

async function ask(invocation: Invocation, input: InitInput, asker: Asker, path: string, isThere: boolean): Promise<string | undefined> {
  const { out, from, flags } = input
  const begun = from === undefined ? undefined : beginWith(QUESTIONS, await localFiles.readText(resolve(from)), from)
  const base = inNamespace(begun?.base, flags.namespace)
  asker.say(opening(input, isThere))
  const world = worldOf(invocation, flags)
  const facts = await knownFacts(invocation, world)
  const gather = gatherer({ world, exec: localWorld(world).exec, waiting: (text) => asker.say([`◎ ${text}`]) })
  const desk = { asker, questions: QUESTIONS, facts, gather, look: lookAt(invocation, dirname(path)) }
  const interview = new Interview(desk, { ...begun?.answers, ...(flags.context !== undefined && { context: flags.context }) })
  await interview.run()
  return review({ asker, questions: QUESTIONS, interview, base, out, isThere })
}

/** Throws OpsError `needs-terminal` (usage), `interrupted`, `cluster-file-invalid` (usage) of `from`, and those of writing a file. */
export async function startWizard(invocation: Invocation, input: InitInput): Promise<InitResult> {
  const { out, flags } = input
  if (!canAsk(flags.json)) throw nobodyThere()
  const path = resolve(out)
  const sum = await sumOf(path)
  const text = await ask(invocation, input, await askerFor(invocation, flags), path, sum !== undefined).catch((error: unknown) => {
    // A tool that was under way would speak of a run.
    throw invocation.signal.aborted ? interrupted() : error
  })
  if (text === undefined) return { file: path, written: false }
  if (sum === undefined) await localFiles.createText(path, text, { mode: MODE })
  else await localFiles.swapText(path, sum, text)
  return { file: path, written: true }
}
