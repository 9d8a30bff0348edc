// Bare repositories on the server's side: made with the hooks that the push faults need, and written to by "someone else".
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '../atomic-file.ts'
import type { SandboxContext } from '../contract.ts'
import { isFolder } from './cache.ts'
import { gitRemote } from './git-service.ts'

// Both run only on a push over HTTP, where the server says which fault is on.
const PRE_RECEIVE = `#!/bin/sh
if [ "$SANDBOX_PUSH_FAULT" = reject ]; then
  echo "push refused: this repository accepts no pushes at the moment" >&2
  exit 1
fi
`
const UPDATE = `#!/bin/sh
if [ "$SANDBOX_PUSH_FAULT" = protected ]; then
  echo "error: GH006: Protected branch update failed for $1." >&2
  echo "error: Changes must be made through a pull request." >&2
  exit 1
fi
`

/** Makes the bare repository unless it is there; whole or absent. Pushes that are not fast-forwards are refused, as forges do on their main branch. */
export async function ensureBareRepository(ctx: SandboxContext): Promise<void> {
  const { bare } = await gitRemote(ctx)
  if (await isFolder(bare)) return
  const part = `${bare}.part`
  await rm(part, { recursive: true, force: true })
  await mkdir(ctx.paths.git, { recursive: true, mode: 0o700 })
  await ctx.run('git', ['init', '--quiet', '--bare', '--initial-branch=main', part])
  for (const [key, value] of [
    ['http.receivepack', 'true'],
    ['receive.denyNonFastForwards', 'true'],
    ['receive.denyDeletes', 'true'],
    ['receive.fsckObjects', 'true'],
  ] as const) {
    await ctx.run('git', ['-C', part, 'config', key, value])
  }
  await mkdir(join(part, 'hooks'), { recursive: true })
  await writeFileAtomic(join(part, 'hooks', 'pre-receive'), PRE_RECEIVE, 0o755)
  await writeFileAtomic(join(part, 'hooks', 'update'), UPDATE, 0o755)
  await rename(part, bare)
}

const text = async (ctx: SandboxContext, args: readonly string[], options: { stdin?: string; env?: Record<string, string> } = {}) =>
  (await ctx.run('git', args, options)).stdout.trim()

/**
 * A commit on the server's branch `main` by another person, as it is there when a push loses the race. `files` are path -> content; the rest of the tree
 * stays. Returns the commit.
 */
export async function pushAsSomeoneElse(
  ctx: SandboxContext,
  files: Readonly<Record<string, string>>,
  message = 'chore: change from another machine',
): Promise<string> {
  const { bare } = await gitRemote(ctx)
  const head = await text(ctx, ['-C', bare, 'rev-parse', 'refs/heads/main'])
  const env = {
    GIT_INDEX_FILE: join(ctx.paths.tmp, `someone-else-${process.pid}-${Date.now()}.index`),
    GIT_AUTHOR_NAME: 'Someone Else',
    GIT_AUTHOR_EMAIL: 'someone@sandbox.invalid',
    GIT_COMMITTER_NAME: 'Someone Else',
    GIT_COMMITTER_EMAIL: 'someone@sandbox.invalid',
  }
  try {
    await ctx.run('git', ['-C', bare, 'read-tree', head], { env })
    for (const [path, content] of Object.entries(files)) {
      const blob = await text(ctx, ['-C', bare, 'hash-object', '-w', '--stdin'], { stdin: content })
      await ctx.run('git', ['-C', bare, 'update-index', '--add', '--cacheinfo', `100644,${blob},${path}`], { env })
    }
    const tree = await text(ctx, ['-C', bare, 'write-tree'], { env })
    const commit = await text(ctx, ['-C', bare, 'commit-tree', tree, '-p', head, '-m', message], { env })
    await ctx.run('git', ['-C', bare, 'update-ref', 'refs/heads/main', commit, head])
    return commit
  } finally {
    await rm(env.GIT_INDEX_FILE, { force: true })
  }
}
