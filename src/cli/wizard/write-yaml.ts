// The file as it is written: what each line is for stands behind it, or above it where it would not fit.
import { type Document, isMap, isPair, isScalar, isSeq, type Pair, parseDocument, type Scalar, stringify } from 'yaml'
import { fieldAt } from '../../cluster-file/schema.ts'
import { wrapped } from './prompt-lines.ts'
import type { Tree } from './to-cluster-file.ts'

const COLUMNS = 80
const INDENT = 2

/** Shorter than the words of the schema, which stand in for what is not named here. */
const WORDS: Readonly<Record<string, string>> = {
  'metadata.name': 'in commit messages and names of files',
  'cluster.context': 'of your kubeconfig; nothing is done in any other',
  'cluster.uid': 'of the namespace kube-system: no other cluster will do',
  'flux.version': 'release of Flux',
  'flux.style': 'git, github, gitlab, gitea, kustomize or operator',
  'forge.owner': 'user, organization or group',
  'forge.repository': 'made where it is not there',
  'forge.personal': 'the owner is a user',
  'forge.token.env': 'variable that has the token for the API; never the token itself',
  'forge.token.file': 'file that has the token for the API',
  'git.url': 'what Flux fetches from',
  'git.branch': 'what is pushed there is applied',
  'git.path': 'folder that the cluster follows',
  'git.auth.ssh.generate': 'a new key is made, for this repository alone',
  'git.auth.ssh.privateKeyFile': 'read by bootstrap; never copied into this file',
  'git.auth.ssh.passphraseEnv': 'variable that has its passphrase',
  'git.auth.ssh.knownHostsFile': 'host keys that the server may show',
  'git.auth.ssh.hostKeys': 'the server may show these: compared with what its provider publishes',
  'git.auth.token.env': 'variable that has the token; never the token itself',
  'git.auth.token.file': 'file that has the token',
  'git.publish': 'push, pr (waits for the merge) or none (you commit the files)',
  'sops.key.generate': 'a new key is made, and backed up first',
  'sops.key.file': 'age key file; read by bootstrap',
  'sops.key.backup.file': 'made by flux-ops age backup; opened in memory alone',
  'sops.key.backup.identityFile': 'key file that opens it',
  'sops.key.backup.passphraseEnv': 'variable that has the passphrase that opens it',
  'sops.key.backup.shares': 'as many as recover; opened in memory alone',
  'sops.backup.recipients': 'whoever has a key of one of these opens the backup',
  'sops.backup.shares.of': 'shares that are made',
  'sops.backup.shares.needed': 'any so many of them recover',
  'sops.backup.passphraseEnv': 'variable that has the passphrase of the backup',
  'sops.backup.out': 'folder outside of the repository and of this machine',
  'layout.kind': 'folders that are made where they are not there',
  'layout.sampleApp': 'a small app that shows that Flux applies',
  'layout.ci': 'workflow that checks proposals',
}

function wordsOf(path: readonly string[]): string | undefined {
  return path.length === 1 ? undefined : (WORDS[path.join('.')] ?? fieldAt(path)?.description)
}

/** The line of a scalar, as it will be written. */
const widthOf = (pair: Pair, depth: number): number => stringify(pair, { lineWidth: 0 }).trimEnd().length + depth * INDENT

function comment(pair: Pair, path: readonly string[]): void {
  const words = wordsOf(path)
  const { key, value } = pair
  if (words === undefined || !isScalar(key)) return
  const oneLine = isScalar(value) && widthOf(pair, path.length - 1) + words.length + 3 <= COLUMNS
  if (oneLine) (value as Scalar).comment = ` ${words}`
  else (key as Scalar).commentBefore = wrapped(words, COLUMNS - (path.length - 1) * INDENT - 1, ' ').join('\n')
}

function commentAll(node: unknown, path: readonly string[] = []): void {
  if (!isMap(node)) return
  for (const pair of node.items) {
    if (!isPair(pair) || !isScalar(pair.key)) continue
    const here = [...path, String(pair.key.value)]
    if (isSeq(pair.value) || isScalar(pair.value)) comment(pair, here)
    commentAll(pair.value, here)
  }
}

const SCHEMA_LINE = 'yaml-language-server: $schema=cluster-v1.json'

/** Ends with a line end. */
export function clusterFileText(value: Tree): string {
  const document: Document = parseDocument(stringify(value, { lineWidth: 0 }))
  commentAll(document.contents)
  const body = document.toString({ lineWidth: 0, indent: INDENT })
  const head = [
    SCHEMA_LINE,
    'What the cluster is to be. Every field is told by: flux-ops schema cluster',
    'No secret stands in here: files and variables are named that have them.',
  ]
  return `${head.map((line) => `# ${line}`).join('\n')}\n${body}`
}
