// A context whose reads are real and whose writes are lines. Nothing that goes through it can change anything.
import type { Context } from '../ports/context.ts'
import type { Command, Exec } from '../ports/exec.ts'
import type { Files } from '../ports/files.ts'
import type { Forge } from '../ports/forge.ts'
import type { Git } from '../ports/git.ts'
import type { Kube, ObjectName, Resource } from '../ports/kube.ts'

export type Would = (line: string) => void

const nameOf = ({ kind }: Resource, { name, namespace }: ObjectName): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`

/** What a commit that was not made is called. */
const NO_COMMIT = '0'.repeat(40)

const dryKube = (kube: Kube, would: Would): Kube => ({
  identity: () => kube.identity(),
  server: () => kube.server(),
  get: (resource, name, options) => kube.get(resource, name, options),
  list: (resource, options) => kube.list(resource, options),
  pages: (resource, options) => kube.pages(resource, options),
  kinds: (groups) => kube.kinds(groups),
  serves: (resource) => kube.serves(resource),
  canI: (request) => kube.canI(request),
  logs: (pod, options) => kube.logs(pod, options),
  create: async (resource, object) => {
    would(`create ${nameOf(resource, object.metadata)}`)
    return object
  },
  replace: async (resource, object) => {
    would(`replace ${nameOf(resource, object.metadata)}`)
    return object
  },
  patch: async (resource, name, type, body, options) => {
    // The API server's own dry run stores nothing.
    if (options?.dryRun === true) return kube.patch(resource, name, type, body, options)
    would(`${type} patch ${nameOf(resource, name)} ${JSON.stringify(body)}`)
    const current = await kube.get(resource, name)
    return current ?? { apiVersion: resource.version, kind: resource.kind, metadata: { name: name.name } }
  },
  delete: async (resource, name) => would(`delete ${nameOf(resource, name)}`),
})

const dryExec = (exec: Exec, would: Would): Exec => ({
  show: (command) => exec.show(command),
  run: async (command: Command) => {
    if (command.effect === 'read') return exec.run(command)
    would(exec.show(command))
    return { exitCode: 0, stdout: '', stderr: '' }
  },
})

const gitReads = (git: Git) => ({
  admits: (...asked: Parameters<Git['admits']>) => git.admits(...asked),
  root: (dir: string) => git.root(dir),
  head: (dir: string) => git.head(dir),
  branch: (dir: string) => git.branch(dir),
  upstream: (dir: string) => git.upstream(dir),
  remotes: (dir: string) => git.remotes(dir),
  status: (dir: string) => git.status(dir),
  rebasing: (dir: string) => git.rebasing(dir),
  remoteHead: (dir: string, remote: string, branch: string) => git.remoteHead(dir, remote, branch),
  remoteCommit: (dir: string, remote: string, branch: string) => git.remoteCommit(dir, remote, branch),
  show: (dir: string, commit: string, path: string) => git.show(dir, commit, path),
  commitsWithTrailer: (dir: string, ref: string, key: string, value: string) => git.commitsWithTrailer(dir, ref, key, value),
  isAncestor: (dir: string, commit: string, of: string) => git.isAncestor(dir, commit, of),
  tracked: (dir: string) => git.tracked(dir),
  filesAt: (dir: string, commit: string) => git.filesAt(dir, commit),
  submodules: (dir: string) => git.submodules(dir),
  holding: (dir: string, commit: string, text: string) => git.holding(dir, commit, text),
  changed: (dir: string, from: string, to?: string) => git.changed(dir, from, to),
  diff: (dir: string, range?: string, paths?: readonly string[]) => git.diff(dir, range, paths),
  tryPush: (dir: string, remote: string, branch: string) => git.tryPush(dir, remote, branch),
})

const dryGit = (git: Git, would: Would): Git => {
  const said = async (line: string): Promise<string> => {
    would(line)
    return NO_COMMIT
  }
  return {
    ...gitReads(git),
    as: (access) => dryGit(git.as(access), would),
    fetch: async (dir, remote, branch) => {
      would(`git fetch ${remote} ${branch}`)
      return (await git.remoteHead(dir, remote, branch)) ?? NO_COMMIT
    },
    commit: (_dir, message, paths) => said(`git commit -m ${JSON.stringify(message.split('\n')[0])} -- ${paths.join(' ')}`),
    push: async (_dir, remote, commit, branch) => would(`git push ${remote} ${commit}:${branch}`),
    rebase: (_dir, onto) => said(`git rebase ${onto}`),
    abortRebase: async () => would('git rebase --abort'),
    revert: (_dir, commit) => said(`git revert ${commit}`),
    restore: async (_dir, paths) => would(`git restore -- ${paths.join(' ')}`),
    addWorktree: async (_dir, path, commit) => would(`git worktree add --detach ${path} ${commit}`),
    removeWorktree: async (_dir, path) => would(`git worktree remove ${path}`),
    checkout: async (_dir, commit) => would(`git checkout --detach ${commit}`),
    fastForward: async (_dir, commit) => would(`git merge --ff-only ${commit}`),
    deleteRemoteBranch: async (_dir, remote, branch) => would(`git push ${remote} --delete ${branch}`),
    dropTo: async (_dir, commit) => would(`git reset --keep ${commit}`),
  }
}

const dryForge = (forge: Forge, would: Would): Forge => ({
  as: (access) => dryForge(forge.as(access), would),
  detect: (url) => forge.detect(url),
  mayPush: (repo) => forge.mayPush(repo),
  find: (repo, branches) => forge.find(repo, branches),
  get: (repo, number) => forge.get(repo, number),
  open: async ({ url, path }, { head, base }) => {
    would(`open a pull request of ${head} into ${base} on ${url}/${path}`)
    return { number: 0, url: `${url}/${path}`, state: 'open' }
  },
  exists: (repo) => forge.exists(repo),
  deployKeys: (repo) => forge.deployKeys(repo),
  create: async ({ url, path }, { visibility }) => would(`make the ${visibility} repository ${url}/${path}`),
  addDeployKey: async ({ url, path }, { title }) => would(`register deploy key ${title} on ${url}/${path}`),
  removeDeployKey: async ({ url, path }, id) => would(`remove deploy key ${id} of ${url}/${path}`),
  close: async ({ url, path }, number) => would(`close pull request ${number} on ${url}/${path}`),
})

const dryFiles = (files: Files, would: Would): Files => ({
  exists: (path) => files.exists(path),
  readText: (path) => files.readText(path),
  readBytes: (path) => files.readBytes(path),
  walk: (root) => files.walk(root),
  inside: (root, path) => files.inside(root, path),
  sha256: (path) => files.sha256(path),
  writeText: async (path) => would(`write ${path}`),
  createText: async (path) => would(`write ${path}`),
  createBytes: async (path) => would(`write ${path}`),
  replaceText: async (path) => would(`change ${path}`),
  swapText: async (path) => {
    would(`replace ${path}`)
    return 'swapped'
  },
  makeDir: async (path) => would(`make the folder ${path}`),
  remove: async (path) => would(`remove ${path}`),
})

/** `ctx` with its writes replaced; each says itself to `would` as one line and gives a harmless answer. */
export const dryRunContext = (ctx: Context, would: Would): Context => {
  const { target, charts, clock, env, runs, runDir, operator, signal } = ctx
  return {
    target,
    charts,
    clock,
    env,
    runs,
    runDir,
    operator,
    signal,
    kube: dryKube(ctx.kube, would),
    exec: dryExec(ctx.exec, would),
    git: dryGit(ctx.git, would),
    files: dryFiles(ctx.files, would),
    forge: dryForge(ctx.forge, would),
    progress: (progress) => ctx.progress(progress),
  }
}
