// The tools that flux-ops starts: how a person gets each, and how a command line is shown to them.
import type { Command, Tool } from '../ports/exec.ts'
import { Secret } from '../ports/secret.ts'

interface ToolFacts {
  readonly minimum: string
  readonly install: string
  /** Flag that names the kubeconfig context, for tools that talk to the cluster. */
  readonly contextFlag?: string
}

export const TOOLS: Readonly<Record<Tool, ToolFacts>> = {
  flux: { minimum: '2.7.1', install: 'https://fluxcd.io/flux/installation/#install-the-flux-cli', contextFlag: '--context' },
  kubectl: { minimum: '1.31', install: 'https://kubernetes.io/docs/tasks/tools/', contextFlag: '--context' },
  git: { minimum: '2.30', install: "your system's package git" },
  sops: { minimum: '3.9', install: 'https://github.com/getsops/sops/releases' },
  age: { minimum: '1.2', install: 'https://github.com/FiloSottile/age#installation' },
  'age-keygen': { minimum: '1.2', install: 'https://github.com/FiloSottile/age#installation' },
  helm: { minimum: '3.14', install: 'https://helm.sh/docs/intro/install/', contextFlag: '--kube-context' },
  gh: { minimum: '2.40', install: 'https://cli.github.com' },
  glab: { minimum: '1.40', install: 'https://gitlab.com/gitlab-org/cli' },
  'ssh-add': { minimum: '8.4', install: "your system's package openssh-client" },
  'ssh-keyscan': { minimum: '8.0', install: "your system's package openssh-client" },
}

const PLAIN_WORD = /^[A-Za-z0-9_@%+=:,./-]+$/

/** One word for a POSIX shell. */
export const quoteWord = (word: string): string => (PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/** A kubectl without --context would act on whatever context is current by then: it is always named. */
export function argumentsFor(command: Command, context: string | undefined): readonly string[] {
  const flag = TOOLS[command.tool].contextFlag
  if (!flag || context === undefined) return command.args
  const end = command.args.indexOf('--')
  const before = end === -1 ? command.args : command.args.slice(0, end)
  const named = before.some((arg) => arg === flag || arg.startsWith(`${flag}=`))
  return named ? command.args : [flag, context, ...command.args]
}

export function showCommand(command: Command, context: string | undefined): string {
  const env = Object.entries(command.env ?? {}).map(([key, value]) => `${key}=${value instanceof Secret ? '…' : quoteWord(value)}`)
  const words = [...env, command.tool, ...argumentsFor(command, context).map(quoteWord)].join(' ')
  const fed = command.stdin === undefined ? words : `${words} < (input)`
  return command.cwd === undefined ? fed : `(cd ${quoteWord(command.cwd)} && ${fed})`
}

// Variables that would turn our tools away from what we point them at, or that only concern our own process.
const NOT_INHERITED = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
  'GIT_TRACE',
  'GIT_TRACE_CURL',
  // `kubectl diff` ends with the exit code of this program: one that always ends with 0 would call every apply done already.
  'KUBECTL_EXTERNAL_DIFF',
  'NODE_OPTIONS',
  'NODE_COMPILE_CACHE',
  'NODE_CHANNEL_FD',
])

/** The person's environment goes through as it is (proxies, cloud logins of exec plugins, agents), less what would mislead. */
export const inheritedEnv = (env: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !NOT_INHERITED.has(entry[0]) && !entry[0].startsWith('FLUX_OPS_'),
    ),
  )
