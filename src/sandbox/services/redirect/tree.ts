// The part of the fluxcd/flux2 repository that people point kustomize at, made for one release from its composed install manifests.
// Facts (which controllers `manifests/install` lists, its namespace, labels and image names) are those of the tags of github.com/fluxcd/flux2.
import { compare } from 'semver'

/** Path in the repository -> content. */
export type Tree = Readonly<Record<string, string>>

const CONTROLLERS = [
  'source-controller',
  'kustomize-controller',
  'notification-controller',
  'helm-controller',
  'image-reflector-controller',
  'image-automation-controller',
  'source-watcher',
]

// manifests/install lists source-watcher since this release; before it, the controller came only when asked for.
const SOURCE_WATCHER_SINCE = '2.8.7'
// Since this release the instance label is on the pods too.
const POD_LABELS_SINCE = '2.7.0'

const kustomization = (lines: readonly string[]): string =>
  ['apiVersion: kustomize.config.k8s.io/v1beta1', 'kind: Kustomization', ...lines, ''].join('\n')

const namespace = `apiVersion: v1
kind: Namespace
metadata:
  name: flux-system
  labels:
    pod-security.kubernetes.io/warn: restricted
    pod-security.kubernetes.io/warn-version: latest
`

const labels = (version: string): string =>
  [
    'apiVersion: builtin',
    'kind: LabelTransformer',
    'metadata:',
    '  name: labels',
    'labels:',
    '  app.kubernetes.io/instance: flux-system',
    '  app.kubernetes.io/part-of: flux',
    'fieldSpecs:',
    '  - path: metadata/labels',
    '    create: true',
    ...(compare(version, POD_LABELS_SINCE) < 0
      ? []
      : ['  - path: spec/template/metadata/labels', '    kind: Deployment', '    create: true']),
    '',
  ].join('\n')

const crds = (files: readonly string[]): string =>
  files
    .flatMap((file) => file.split(/^---$/m))
    .filter((document) => /^kind: CustomResourceDefinition$/m.test(document))
    .map((document) => document.trim())
    .join('\n---\n')
    .concat('\n')

/** The controllers that `manifests/install` of this release applies. */
export const installedControllers = (version: string): readonly string[] =>
  CONTROLLERS.filter((name) => name !== 'source-watcher' || compare(version, SOURCE_WATCHER_SINCE) >= 0)

/** `manifests` are the files of one release by name: `source-controller.yaml`, …, `rbac.yaml`, `policies.yaml`. */
export function flux2Tree(version: string, manifests: Readonly<Record<string, string>>): Tree {
  const tree: Record<string, string> = {}
  const base = (folder: string, file: string, content: string): void => {
    tree[`manifests/${folder}/kustomization.yaml`] = kustomization(['resources:', `  - ${file}`])
    tree[`manifests/${folder}/${file}`] = content
  }
  const present = CONTROLLERS.filter((name) => manifests[`${name}.yaml`] !== undefined)
  for (const name of present) base(`bases/${name}`, `${name}.yaml`, manifests[`${name}.yaml`] ?? '')
  base('rbac', 'rbac.yaml', manifests['rbac.yaml'] ?? '')
  base('policies', 'policies.yaml', manifests['policies.yaml'] ?? '')

  base('crds', 'crds.yaml', crds(present.map((name) => manifests[`${name}.yaml`] ?? '')))

  const installed = installedControllers(version).filter((name) => present.includes(name))
  tree['manifests/install/namespace.yaml'] = namespace
  tree['manifests/install/labels.yaml'] = labels(version)
  tree['manifests/install/kustomization.yaml'] = kustomization([
    'namespace: flux-system',
    'resources:',
    '  - namespace.yaml',
    ...installed.map((name) => `  - ../bases/${name}`),
    '  - ../rbac',
    '  - ../policies',
    'transformers:',
    '  - labels.yaml',
    'images:',
    ...installed.flatMap((name) => [`  - name: fluxcd/${name}`, `    newName: ghcr.io/fluxcd/${name}`]),
  ])
  return tree
}
