// Files that lie in the folders of a cluster and that no parser should be given unawares.
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const MENTION = 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n'

/** A mention that only parsing could tell to be harmless. */
const UNCLEAR = `# apiVersion: kustomize.toolkit.fluxcd.io/v1beta2 before\n${MENTION}`

/** Nine levels of ten aliases each: a billion nodes for whoever expands them. */
const bomb = `${MENTION}a0: &a0 [x, x]\n${Array.from({ length: 9 }, (_, level) => `a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join(', ')}]\n`).join('')}`

export const OUTSIDE = 'apiVersion: source.toolkit.fluxcd.io/v1beta2\nkind: HelmRepository\nmetadata: {name: outside}\n'

/** `outside`: path of a file that a link in `folder` leads to. */
export async function writeBadFiles(folder: string, outside: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const write = (name: string, content: string | Buffer): Promise<void> => writeFile(join(folder, name), content)
  await write('cyclic.yaml', `${MENTION}spec: &spec {itself: *spec}\n`)
  await write('bomb.yaml', bomb)
  await write('broken.yaml', `${UNCLEAR}spec: {a: [b\n`)
  await write('deep.yaml', `${UNCLEAR}spec: ${'['.repeat(100_000)}\n`)
  await write('binary.yaml', Buffer.concat([Buffer.from([0, 255, 254, 1]), Buffer.from(MENTION)]))
  await write('huge.yaml', `${MENTION}# ${'x'.repeat(20 * 1024 * 1024)}\n`)
  await write('long.yaml', `${UNCLEAR}# ${'x'.repeat(2 * 1024 * 1024)}\n`)
  await writeFile(outside, OUTSIDE)
  await symlink(outside, join(folder, 'link.yaml'))
  await symlink('/', join(folder, 'root'))
  await symlink('nowhere', join(folder, 'dangling.yaml'))
}
