// Files that are no YAML that is read here, or another file.
import { added, type BadFile, changed, GOOD } from './bad-files.ts'

export const BAD_YAML: readonly BadFile[] = [
  ['is empty', '', ['1:1 is empty → begin with an example: examples/git-ssh.yaml of flux-ops']],
  ['has only comments', '# nothing\n', ['1:1 is empty → begin with an example: examples/git-ssh.yaml of flux-ops']],
  [
    'is a list',
    '- a\n',
    [
      '1:1 the file is a list, and has to be a mapping → a mapping with apiVersion, kind, metadata, cluster, flux, git, forge, sops, secrets, layout, wait',
    ],
  ],
  [
    'is a text',
    'hello\n',
    [
      '1:1 the file is a text, and has to be a mapping → a mapping with apiVersion, kind, metadata, cluster, flux, git, forge, sops, secrets, layout, wait',
    ],
  ],
  [
    'is a Kustomization of Flux',
    'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\n',
    ['1:13 this is a manifest of Flux, and no cluster file of flux-ops → give the file that begins with  apiVersion: flux-ops.dev/v1'],
  ],
  [
    'is a Secret',
    '# x\napiVersion: v1\nkind: Secret\n',
    [
      '2:13 this is a manifest of Kubernetes, and no cluster file of flux-ops → give the file that begins with  apiVersion: flux-ops.dev/v1',
    ],
  ],
  [
    'is a FluxInstance',
    'apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\n',
    ['1:13 this is a manifest of Flux, and no cluster file of flux-ops → give the file that begins with  apiVersion: flux-ops.dev/v1'],
  ],
  ['is indented by a tab', changed(['  version', '\tversion']), ['8:1 a tab stands where YAML wants spaces → indent with two spaces']],
  [
    'has an open bracket',
    changed(['prod-eu\ncluster', '[prod-eu\ncluster']),
    ['5:1 the indentation does not fit, or a bracket is not closed → fields of one mapping begin in the same column'],
  ],
  [
    'has an open quote',
    changed(['path: clusters/prod-eu', 'path: "clusters/prod-eu']),
    ['17:1 a quote, a bracket or a comma is missing → close what is open, or put the value in quotes'],
  ],
  [
    'has two colons in a line',
    changed(['name: prod-eu', 'name: prod: eu']),
    ['4:9 a second field begins in the same line → put it in a line of its own, or the value in quotes'],
  ],
  [
    'begins a value with @',
    changed(['name: prod-eu', 'name: @prod']),
    ['4:9 a value cannot begin with this character → put the value in quotes'],
  ],
  [
    'is indented unevenly',
    changed(['  style: git', ' style: git']),
    ['9:1 the indentation does not fit, or a bracket is not closed → fields of one mapping begin in the same column'],
  ],
  [
    'has a field twice',
    changed(['  style: git\n', '  style: git\n  style: operator\n']),
    ['10:3 this field stands in line 9 already → keep one of the two'],
  ],
  [
    'has an alias of nothing',
    changed(['name: prod-eu', 'name: *nobody']),
    ['4:9 no anchor of this name stands above → write the value itself'],
  ],
  [
    'has an alias inside of itself',
    changed(['metadata:\n', 'metadata: &m\n  again: *m\n']),
    ['4:3 metadata has no field "again" → its fields are name', '4:10 an alias stands inside what it stands for → write the value itself'],
  ],
  [
    'has a merge key',
    changed(['  name: prod-eu', '  <<: {name: prod-eu}']),
    ['4:3 merge keys (<<) are not read → write the fields, or give a whole value by an alias:  field: *name'],
  ],
  ['has a tag', changed(['name: prod-eu', 'name: !!binary aGk=']), ['4:18 YAML tags are not read here → write the value without !']],
  [
    'has two documents',
    added('---\nkind: Cluster\n'),
    ['17:1 a second document begins here → one file is one cluster: move it to a file of its own'],
  ],
  [
    'has a merge conflict',
    changed(['  style: git\n', '<<<<<<< HEAD\n  style: git\n=======\n']),
    ['9:1 a merge conflict is not resolved here → keep one of the two versions'],
  ],
  [
    'has a control character',
    changed(['prod-eu', 'prod\u0007']),
    ['4:13 a control character stands here → take it out; is it the right file?'],
  ],
  [
    'has a number for a name',
    changed(['  style: git', '  style: git\n  1: 2']),
    [
      '10:3 flux has a field that is not known → its fields are version, style, namespace, components, componentsExtra, registry, imagePullSecret, networkPolicy, clusterDomain, logLevel, watchAllNamespaces, tolerationKeys, operator, settings',
    ],
  ],
  [
    'has a list for a name',
    changed(['  style: git', '  style: git\n  ? [a]\n  : 2']),
    ['10:5 a field has to have a name that is a text → write  name: value'],
  ],
  ['is nested without end', '['.repeat(5000), ['1:1 is nested too deep → a cluster file has at most five levels: is it the right file?']],
  [
    'is too large',
    '#'.repeat(1024 * 1024 + 1),
    ['1:1 is over 1048576 bytes long → a cluster file has some dozens of lines: is it the right file?'],
  ],
  [
    'is Latin-1',
    Buffer.concat([Buffer.from(GOOD), Buffer.from([0x61, 0xff, 0x62])]),
    ['17:2 is not UTF-8 from here on → save it as UTF-8'],
  ],
  ['is UTF-16', Buffer.from(`\ufeff${GOOD}`, 'utf16le'), ['1:1 is not UTF-8 from here on → save it as UTF-8']],
  [
    'grows without end by its aliases',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((c, i) => `${c}: &${c} [${(`*${'abcdefgh'[i]},`).repeat(9)}]\n`).join('')}`,
    ['1:1 holds over 20000 values, aliases followed → a cluster file has some dozens: is it the right file?'],
  ],
]
