// Files that ask for a Flux that is not there.
import { type BadFile, changed, FORGE, forged } from './bad-files.ts'

export const BAD_FLUX: readonly BadFile[] = [
  [
    'has a release that is not known',
    changed(['2.9.4', '2.9.9']),
    ['8:12 flux.version is no release that this flux-ops knows: 2.9.9 → known near it: 2.9.2, 2.9.3, 2.9.4'],
  ],
  [
    'has a minor that is not known',
    changed(['2.9.4', '2.12.0']),
    ['8:12 flux.version is no release that this flux-ops knows: 2.12.0 → known near it: 2.9.4'],
  ],
  [
    'has a component twice',
    changed(['style: git\n', 'style: git\n  components: [source-controller, kustomize-controller, source-controller]\n']),
    ['10:57 flux.components[2] is the same as number 1 → once is enough'],
  ],
  [
    'has a component twice, once among the extra ones',
    changed(['style: git\n', 'style: git\n  componentsExtra: [helm-controller]\n']),
    ['10:21 flux.componentsExtra[0] stands in components already → once is enough'],
  ],
  [
    'has no source-controller',
    changed(['style: git\n', 'style: git\n  components: [kustomize-controller]\n']),
    ['10:15 flux.components has no source-controller, and without it nothing is synced → - source-controller'],
  ],
  [
    'has a component that came later',
    changed(['2.9.4', '2.6.4'], ['style: git\n', 'style: git\n  componentsExtra: [source-watcher]\n']),
    [
      '10:21 flux.componentsExtra[0] is source-watcher, which Flux 2.6.4 does not have → it came with 2.7.0: take that or a newer one, or leave it out',
    ],
  ],
  [
    'commits image updates that nobody finds',
    changed(['style: git\n', 'style: git\n  componentsExtra: [image-automation-controller]\n']),
    [
      '10:21 flux.componentsExtra[0] commits what image policies say, and image-reflector-controller, which reads them, is not there → componentsExtra: [image-reflector-controller, image-automation-controller]',
    ],
  ],
  [
    'commits image updates with a key that may only read',
    forged('github', ['git:\n', '  componentsExtra: [image-reflector-controller, image-automation-controller]\ngit:\n']) + FORGE,
    ['10:49 flux.componentsExtra[1] pushes commits, and the deploy key may only read → forge.readWriteKey: true'],
  ],
  [
    'has a feature gate that came later',
    changed(
      ['2.9.4', '2.7.3'],
      [
        'style: git\n',
        'style: git\n  settings:\n    featureGates:\n      helm-controller:\n        CancelHealthCheckOnNewRevision: true\n',
      ],
    ),
    [
      '13:41 flux.settings.featureGates.helm-controller.CancelHealthCheckOnNewRevision is no feature gate of helm-controller in Flux 2.7.3: it would not start → helm-controller of Flux 2.9.0 has it',
    ],
  ],
  [
    'has a feature gate of another controller',
    changed(['style: git\n', 'style: git\n  settings:\n    featureGates:\n      helm-controller: {StrictPostBuildSubstitutions: true}\n']),
    [
      '12:55 flux.settings.featureGates.helm-controller.StrictPostBuildSubstitutions is no feature gate of helm-controller in Flux 2.9.4: it would not start → it is a gate of kustomize-controller',
    ],
  ],
  [
    'has a feature gate that no controller has',
    changed(['style: git\n', 'style: git\n  settings:\n    featureGates:\n      helm-controller: {Faster: true}\n']),
    [
      '12:33 flux.settings.featureGates.helm-controller.Faster is no feature gate of helm-controller in Flux 2.9.4: it would not start → is it spelled right?',
    ],
  ],
  [
    'has a feature gate that another setting sets',
    changed(['style: git\n', 'style: git\n  settings:\n    featureGates:\n      helm-controller: {OOMWatch: true}\n']),
    ['12:35 flux.settings.featureGates.helm-controller.OOMWatch is set by settings.oomWatch → take it out here'],
  ],
  [
    'has feature gates of a component that does not run',
    changed(['style: git\n', 'style: git\n  settings:\n    featureGates:\n      source-watcher: {DirectSourceFetch: true}\n']),
    ['12:23 flux.settings.featureGates.source-watcher is not among the components → take it out, or add source-watcher'],
  ],
  [
    'has a setting of a component that does not run',
    changed(['style: git\n', 'style: git\n  components: [source-controller, kustomize-controller]\n  settings: {oomWatch: {}}\n']),
    ['11:24 flux.settings.oomWatch is for helm-controller, which is not among the components → take it out, or add helm-controller'],
  ],
  [
    'monitors a Service that there is not',
    changed(['style: git\n', 'style: git\n  settings: {monitors: [ServiceMonitor]}\n']),
    ['10:25 flux.settings.monitors[0] is of the Flux Operator: the controllers have no Service that shows their metrics → PodMonitor'],
  ],
  [
    'has an operator that its style does not know',
    changed(['style: git\n', 'style: git\n  operator: {version: 0.58.1}\n']),
    ['10:13 flux.operator is for style operator; this is style git → take it out, or take style: operator'],
  ],
  [
    'has an operator that is too old',
    changed(['style: git\n', 'style: operator\n  operator: {version: 0.50.0}\n']),
    ['10:23 flux.operator.version is too old for Flux 2.9.4 → version: 0.58.0  or newer'],
  ],
  [
    'has an operator that nothing keeps',
    changed(['style: git\n', 'style: operator\n  components: [source-controller, kustomize-controller]\n']),
    ['10:15 flux.components has no helm-controller, by which Flux keeps the Flux Operator → - helm-controller'],
  ],
  [
    'locks tenants down, and with them the layout',
    `${changed(['style: git\n', 'style: operator\n  operator: {multitenant: true}\n'])}layout: {kind: layers}\n`,
    [
      '10:27 flux.operator.multitenant leaves the Kustomizations of layout layers without any right → layout: {kind: none}, and Kustomizations of your own that name their accounts',
    ],
  ],
  [
    'asks of the operator what a FluxInstance cannot say',
    changed(['style: git\n', 'style: operator\n  watchAllNamespaces: false\n']),
    [
      '10:23 flux.watchAllNamespaces cannot be false with style operator: a FluxInstance has no field for it → take it out, or take style: kustomize',
    ],
  ],
  [
    'has a range of Kubernetes that the release was never tested with',
    changed(['admin@prod-eu\n', 'admin@prod-eu\n  kubernetes: ">=1.28 <1.30"\n']),
    [
      '7:15 cluster.kubernetes has no version that Flux 2.9.4 is tested with: 1.34 to 1.36 → kubernetes: ">=1.34 <1.37", or another release of Flux',
    ],
  ],
  [
    'has a range of Kubernetes that is none',
    changed(['admin@prod-eu\n', 'admin@prod-eu\n  kubernetes: newest\n']),
    ['7:15 cluster.kubernetes is no range of versions → kubernetes: ">=1.34 <1.37"'],
  ],
]
