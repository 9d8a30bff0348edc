// The Git port over the person's own git.
import type { Exec } from '../ports/exec.ts'
import type { Git, GitAccess } from '../ports/git.ts'
import { admits } from './git-admits.ts'
import { createGitReader } from './git-read.ts'
import { createGitRunner } from './git-run.ts'
import { createGitWorktrees } from './git-worktree.ts'
import { createGitWriter } from './git-write.ts'

/** `dir` is any folder inside the work tree; `paths` are relative to its root. */
export const createGit = (exec: Exec, access?: GitAccess): Git => {
  const git = createGitRunner(exec, access)
  return {
    ...createGitReader(git),
    ...createGitWriter(git),
    ...createGitWorktrees(git),
    as: (other) => createGit(exec, other),
    admits: (url, login, { write }) => admits(exec, { url, login, write }),
  }
}
