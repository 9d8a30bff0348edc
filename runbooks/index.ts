// The only list of runbooks. Each is loaded when it is asked for.
import type { AnyRunbook } from '../src/engine/model.ts'

export const runbooks: Readonly<Record<string, () => Promise<AnyRunbook>>> = {
  'age-rotate': async () => (await import('./age-rotate/index.ts')).ageRotate as unknown as AnyRunbook,
  bootstrap: async () => (await import('./bootstrap/index.ts')).bootstrap as unknown as AnyRunbook,
  'credentials-rotate': async () => (await import('./credentials-rotate/index.ts')).credentialsRotate as unknown as AnyRunbook,
  'migrate-operator': async () => (await import('./migrate-operator/index.ts')).migrateOperator as unknown as AnyRunbook,
  restore: async () => (await import('./restore/index.ts')).restore as unknown as AnyRunbook,
  resume: async () => (await import('./resume/index.ts')).resume as unknown as AnyRunbook,
  suspend: async () => (await import('./suspend/index.ts')).suspend as unknown as AnyRunbook,
  upgrade: async () => (await import('./upgrade/index.ts')).upgrade as unknown as AnyRunbook,
  recover: async () => (await import('./recover/index.ts')).recover as unknown as AnyRunbook,
  rollback: async () => (await import('./rollback/index.ts')).rollback as unknown as AnyRunbook,
}
