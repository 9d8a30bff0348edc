// What a kustomization file says of other places of the repository: read line by line, so that a file which is no valid YAML hides nothing.

/** `a/b` joined with `../c`; undefined when it leaves the repository. */
export function resolvePath(folder: string, relative: string): string | undefined {
  const parts = folder === '' ? [] : folder.split('/')
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}

/** The lines, and what stands in a flow list (`resources: [../base, crds]`) once more as list entries of their own. */
export const entryLines = (text: string): string[] =>
  text.split(/\r?\n/).flatMap((line) => {
    const bare = line.replace(/\s#.*$/, '')
    return /[[\],]/.test(bare) ? [line, ...bare.split(/[[\],]/).map((part) => `- ${part.trim()}`)] : [line]
  })
