// Bad cluster files as data: the good one with some lines changed, and where that has to be told.

/** Every line of it has a number that the tables count on. */
export const GOOD = `apiVersion: flux-ops.dev/v1
kind: Cluster
metadata:
  name: prod-eu
cluster:
  context: admin@prod-eu
flux:
  version: 2.9.4
  style: git
git:
  url: ssh://git@github.com/acme/fleet.git
  path: clusters/prod-eu
  auth:
    ssh:
      privateKeyFile: id_ed25519
      hostKeys: [SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU]
`

export const ALICE = 'age1y4ch2ffz3j7lltmlzh0r3h69ht7kznk6r8le2c4sse793l8vkpjsz55a6c'

export const SOPS = `sops:
  key: {generate: x25519}
  backup:
    recipients: [${ALICE}]
    out: /media/usb
`

/** The good file with each `from` replaced by `to`; a `from` that is not there is a mistake of the table. */
export function changed(...edits: readonly (readonly [from: string, to: string])[]): string {
  return edits.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the good file has no ${JSON.stringify(from)}`)
    return text.replace(from, () => to)
  }, GOOD)
}

export const added = (more: string): string => GOOD + more

/** `told`: every problem as `line:column what → hint`, in the order of the file. */
export type BadFile = readonly [name: string, text: string | Uint8Array, told: readonly string[]]

export const HOST_KEY = 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU'

/** Lines of the good file that a table takes out or exchanges. */
export const ADDRESS = '  url: ssh://git@github.com/acme/fleet.git\n'
export const AUTH = `    ssh:\n      privateKeyFile: id_ed25519\n      hostKeys: [${HOST_KEY}]\n`

export const FORGE = 'forge: {owner: acme, repository: fleet, token: {env: GITHUB_TOKEN}}\n'

export const forged = (style: string, ...edits: readonly (readonly [from: string, to: string])[]): string =>
  changed(['style: git', `style: ${style}`], [ADDRESS, ''], ...edits)
