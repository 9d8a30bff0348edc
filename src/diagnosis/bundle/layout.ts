// What lies in a bundle, and under which names.
import type { LogSource } from './log-sources.ts'

export const MANIFEST = 'manifest.json'
export const SNAPSHOT = 'snapshot.json'
export const README = 'README.txt'
export const VERSIONS = 'versions.json'
export const DIAGNOSIS_TEXT = 'diagnosis.txt'
export const DIAGNOSIS_JSON = 'diagnosis.json'

/** Told before it is made, and in it. */
export const LEFT_OUT: readonly string[] = [
  'Secrets and ConfigMaps: none is read',
  'values of Helm and of variables (spec.values, postBuild.substitute), patches, addresses of chats and webhooks',
  'environment and volumes of pods; of arguments all but the flags of Flux that are no secret',
  'labels and annotations but those of Flux, Kubernetes and Helm; kubectl.kubernetes.io/last-applied-configuration; what managedFields list',
  'in messages and logs whatever has the shape of a secret: keys, tokens, passwords, credentials in URLs',
]

const segment = (text: string, otherwise: string): string =>
  /^[a-z0-9][a-z0-9.-]{0,62}$/.test(text) && !text.includes('..') ? text : otherwise

/** A name for each, none twice; what the cluster calls it where that is a plain name. */
export function logNames(sources: readonly LogSource[]): string[] {
  const taken = new Set<string>()
  return sources.map(({ pod, container, previous }, at) => {
    const ending = previous ? 'previous.log' : 'log'
    const name = `logs/${segment(pod, `pod-${at + 1}`)}/${segment(container, 'container')}.${ending}`
    const free = taken.has(name) ? `logs/pod-${at + 1}/${previous ? 'previous' : 'container'}.log` : name
    taken.add(free)
    return free
  })
}

/** For whoever gets the bundle, perhaps without knowing flux-ops. */
export const readmeText = (about: { readonly version: string; readonly takenAt: string; readonly cluster: string }): string =>
  `What is wrong with Flux on ${about.cluster}, as flux-ops ${about.version} saw it at ${about.takenAt}.

${DIAGNOSIS_TEXT}   the causes, for a person: read this first
${DIAGNOSIS_JSON}  the same for a program (flux-ops recover --json)
${SNAPSHOT}   the objects that it was made from: Flux' own, its controllers, their pods, warnings, namespaces
${VERSIONS}   of Kubernetes, of the controllers, and of the tool
logs/           the last lines of each controller, and of its container before the last start (previous)
${MANIFEST}   size and SHA-256 of each file, what could not be seen, what was left out

To diagnose it anew, without the cluster:

    flux-ops recover --from FILE              FILE is the archive, as it was sent
    flux-ops recover --from FILE --identity KEY   where it is sealed (.age)

Left out:
${LEFT_OUT.map((line) => `- ${line}`).join('\n')}

Still in it: names of objects, namespaces, hosts, repositories, images, accounts and people who suspended something, and what controllers said. A secret
that looks like an ordinary word, in a message, is not known for one. Look before it is made public.
`
