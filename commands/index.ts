// The explicit command table: id (topics separated by `:`) -> loader. Nothing is discovered in the file system at run time.
import type { Command } from '@oclif/core'

export type CommandLoader = () => Promise<{ default: Command.Class }>

export const commands: Readonly<Record<string, CommandLoader>> = {
  'age:backup': () => import('./age/backup.ts'),
  'age:drill': () => import('./age/drill.ts'),
  'age:restore': () => import('./age/restore.ts'),
  'age:rotate': () => import('./age/rotate.ts'),
  'audit:keys': () => import('./audit/keys.ts'),
  backup: () => import('./backup.ts'),
  bootstrap: () => import('./bootstrap.ts'),
  'credentials:rotate': () => import('./credentials/rotate.ts'),
  init: () => import('./init.ts'),
  'migrate:operator': () => import('./migrate/operator.ts'),
  recover: () => import('./recover/index.ts'),
  'recover:bundle': () => import('./recover/bundle.ts'),
  'recover:fix': () => import('./recover/fix.ts'),
  restore: () => import('./restore.ts'),
  resume: () => import('./resume.ts'),
  rollback: () => import('./rollback.ts'),
  'runs:abandon': () => import('./runs/abandon.ts'),
  'runs:list': () => import('./runs/list.ts'),
  'runs:resume': () => import('./runs/resume.ts'),
  'runs:show': () => import('./runs/show.ts'),
  'sandbox:down': () => import('./sandbox/down.ts'),
  'sandbox:status': () => import('./sandbox/status.ts'),
  'sandbox:up': () => import('./sandbox/up.ts'),
  'schema:check': () => import('./schema/check.ts'),
  'schema:cluster': () => import('./schema/cluster.ts'),
  status: () => import('./status.ts'),
  suspend: () => import('./suspend.ts'),
  upgrade: () => import('./upgrade/index.ts'),
  'upgrade:apply': () => import('./upgrade/apply.ts'),
  'upgrade:plan': () => import('./upgrade/plan.ts'),
}
