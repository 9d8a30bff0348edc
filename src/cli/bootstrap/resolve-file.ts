// The paths of a cluster file, made absolute: they are relative to the file, and a run may be taken up from another folder.
import { resolve } from 'node:path'
import type { ClusterFile } from '../../cluster-file/schema.ts'

const mapped = <T>(value: T | undefined, change: (value: T) => T): T | undefined => (value === undefined ? undefined : change(value))

/** Without the fields that are undefined. */
const defined = <T extends object>(value: T): T => Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T

/** Pure. `folder`: absolute, of the file; `home`: absolute. */
export function resolvePaths(file: ClusterFile, { folder, home }: { readonly folder: string; readonly home: string }): ClusterFile {
  const at = (path: string): string => (path === '~' || path.startsWith('~/') ? resolve(home, path.slice(2)) : resolve(folder, path))
  const { ssh, token } = file.git.auth ?? {}
  const auth = mapped(file.git.auth, () =>
    defined({
      ssh: mapped(ssh, (one) =>
        defined({ ...one, privateKeyFile: mapped(one.privateKeyFile, at), knownHostsFile: mapped(one.knownHostsFile, at) }),
      ),
      token: mapped(token, (one) => defined({ ...one, file: mapped(one.file, at), caFile: mapped(one.caFile, at) })),
    }),
  )
  const forge = mapped(file.forge, (one) =>
    defined({
      ...one,
      caFile: mapped(one.caFile, at),
      token: mapped(one.token, (forgeToken) => defined({ ...forgeToken, file: mapped(forgeToken.file, at) })),
    }),
  )
  const sops = mapped(file.sops, (one) =>
    defined({
      ...one,
      key: defined({
        ...one.key,
        file: mapped(one.key.file, at),
        backup: mapped(one.key.backup, ({ file: sealed, identityFile, shares, ...rest }) =>
          defined({
            ...rest,
            file: mapped(sealed, at),
            identityFile: mapped(identityFile, at),
            shares: mapped(shares, (all) => all.map(at)),
          }),
        ),
      }),
      backup: mapped(one.backup, (backup) => ({ ...backup, out: at(backup.out) })),
    }),
  )
  return defined({ ...file, git: defined({ ...file.git, auth }), forge, sops, secrets: file.secrets.map(at) })
}
