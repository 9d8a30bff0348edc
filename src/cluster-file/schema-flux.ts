// Which Flux, kept how, with which settings: the names are those of `flux install`, of `flux bootstrap` and of the controllers' flags.
import * as z from 'zod'
import { OPERATOR_REGISTRY, OPERATOR_TESTED } from '../flux/catalogue/operator.ts'
import { COMPONENTS } from '../flux/kinds.ts'
import { duration, flag, label, line, objectName, text, whole } from './fields.ts'

export const STYLES = ['git', 'github', 'gitlab', 'gitea', 'kustomize', 'operator'] as const

export const USUAL_COMPONENTS = ['source-controller', 'kustomize-controller', 'helm-controller', 'notification-controller'] as const

/** Of labels, annotations and taints. */
const KEY = /^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/

const registry = (about: string, example: string) =>
  text({
    about,
    pattern: /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?(\/[a-z0-9]([a-z0-9._-]*[a-z0-9])?)*$/,
    wrong: 'is no registry: a host, and a path where it has one, without https://',
    examples: [example],
  })

export const cluster = z
  .strictObject({
    context: line('kubeconfig context of the cluster. Nothing is done in any other', 'admin@prod-eu'),
    uid: text({
      about: 'uid of the namespace kube-system, to be sure that the context still means this cluster',
      pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      wrong: 'is no uid',
      examples: ['7b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d'],
    }).optional(),
    kubernetes: line('range of Kubernetes versions that the cluster has to have, as semver writes it', '>=1.34 <1.37').optional(),
    storageClass: z
      .union([z.literal(true), objectName('its name', 'fast-ssd')], { error: 'has to be true (a default one), or the name of one' })
      .optional()
      .meta({ description: 'StorageClass that has to be there: its name, or true for a default one', examples: ['fast-ssd', true] }),
  })
  .meta({ description: 'the cluster, and what has to be true of it before anything is written' })

const gates = z.record(
  text({
    about: 'name of a feature gate',
    pattern: /^[A-Z][A-Za-z0-9]{1,63}$/,
    wrong: 'is no feature gate',
    examples: ['CancelHealthCheckOnNewRevision'],
  }),
  z.boolean().meta({ description: 'on or off' }),
)

export const helmCache = z.strictObject({
  maxSize: whole('--helm-cache-max-size: indexes of Helm repositories that are kept', 1, 1000, 10).default(10),
  ttl: duration('--helm-cache-ttl: how long each is kept', '60m').default('60m'),
  purgeInterval: duration('--helm-cache-purge-interval: how often old ones are dropped', '5m').default('5m'),
})

export const oomWatch = z.strictObject({
  threshold: whole('--oom-watch-memory-threshold: percent of the memory limit', 50, 99, 95).default(95),
  interval: duration('--oom-watch-interval: how often to look', '500ms').default('500ms'),
})

/** Field by field, for what asks for one at a time. */
export const settingsFields = z.strictObject({
  concurrent: whole('--concurrent of source-, kustomize- and helm-controller: objects that each works on at a time', 1, 100, 10).optional(),
  requeueDependency: duration('--requeue-dependency of kustomize- and helm-controller: how soon to look again', '5s').optional(),
  memoryLimit: text({
    about: 'limits.memory of source-, kustomize- and helm-controller',
    pattern: /^[1-9][0-9]{0,6}(Mi|Gi)$/,
    wrong: 'is no amount of memory: a number with Mi or Gi',
    examples: ['1Gi'],
  }).optional(),
  inMemoryBuild: flag('let kustomize-controller build in memory: its volume temp counts as its memory', false),
  helmCache: helmCache.optional().meta({ description: 'let source-controller keep indexes of Helm repositories' }),
  oomWatch: oomWatch
    .optional()
    .meta({ description: 'let helm-controller stop in good order before it is killed for its memory (gate OOMWatch)' }),
  featureGates: z
    .partialRecord(z.enum(COMPONENTS), gates)
    .optional()
    .meta({
      description: '--feature-gates of each controller; OOMWatch is set by oomWatch',
      examples: [{ 'helm-controller': { CancelHealthCheckOnNewRevision: true } }],
    }),
  monitors: z
    .array(z.enum(['PodMonitor', 'ServiceMonitor']))
    .default([])
    .meta({
      description: 'for the Prometheus Operator: PodMonitor of the controllers, ServiceMonitor of the Flux Operator',
      examples: [['PodMonitor']],
    }),
})

export const settings = settingsFields
  .prefault({})
  .meta({ description: 'how the controllers are set: written as patches beside Flux, or into the FluxInstance' })

const marks = (what: string, pattern: RegExp, wrong: string) =>
  z
    .record(
      text({ about: `key of ${what}`, pattern: KEY, wrong: `is no key of ${what}`, examples: ['app.kubernetes.io/name'], longest: 317 }),
      text({ about: `value of ${what}`, pattern, wrong, examples: ['flux'], longest: 1000 }),
    )
    .optional()

const commonMetadata = z
  .strictObject({
    labels: marks('a label', /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/, 'is no value of a label').meta({
      description: 'labels',
      examples: [{ 'app.kubernetes.io/name': 'flux' }],
    }),
    annotations: marks('an annotation', /^[^\p{Cc}]*$/u, 'is no value of an annotation: it has control characters in it').meta({
      description: 'annotations',
      examples: [{ 'example.org/team': 'platform' }],
    }),
  })
  .optional()
  .meta({ description: 'what every object of Flux itself carries' })

const operator = z
  .strictObject({
    version: text({
      about: 'release of the Flux Operator',
      pattern: /^0\.[0-9]{1,4}\.[0-9]{1,4}$/,
      wrong: 'is no release of the Flux Operator in full, such as 0.58.1',
      examples: [OPERATOR_TESTED],
    }).default(OPERATOR_TESTED),
    registry: registry(
      'registry that its image, its chart and its manifests come from, laid out as the publisher’s',
      OPERATOR_REGISTRY,
    ).default(OPERATOR_REGISTRY),
    insecureRegistry: flag('that registry speaks plain HTTP', false),
    clusterType: z
      .enum(['kubernetes', 'openshift', 'aws', 'azure', 'gcp'])
      .optional()
      .meta({
        description: 'spec.cluster.type of the FluxInstance; left out, OpenShift is told by what the cluster serves',
        examples: ['aws'],
      }),
    size: z
      .enum(['small', 'medium', 'large'])
      .optional()
      .meta({ description: 'spec.cluster.size of the FluxInstance: limits and concurrency by size; what settings say counts before it' }),
    multitenant: flag('spec.cluster.multitenant of the FluxInstance: objects of tenants act under accounts of their own', false),
    commonMetadata,
  })
  .optional()
  .meta({ description: 'the Flux Operator; with style operator only' })

const components = (about: string) => z.array(z.enum(COMPONENTS)).meta({ description: about })

export const flux = z
  .strictObject({
    version: text({
      about: 'release of Flux, in full',
      pattern: /^2\.[0-9]{1,4}\.[0-9]{1,4}$/,
      wrong: 'is no release of Flux 2 in full, such as 2.9.4',
      examples: ['2.9.4'],
    }),
    style: z.enum(STYLES).meta({
      description:
        'git, github, gitlab, gitea: as flux bootstrap does it. kustomize: applied from a pin in the repository, then kept by Flux itself. operator: the Flux Operator and a FluxInstance',
      examples: ['git'],
    }),
    namespace: label('namespace of Flux', 'flux-system').default('flux-system'),
    components: components('controllers')
      .min(1)
      .default([...USUAL_COMPONENTS]),
    componentsExtra: components('controllers beside those of components')
      .default([])
      .meta({ examples: [['image-reflector-controller', 'image-automation-controller']] }),
    registry: registry('registry that the images of the controllers come from', 'ghcr.io/fluxcd').default('ghcr.io/fluxcd'),
    imagePullSecret: objectName('Secret that the images are pulled with; it has to be in the namespace', 'registry').optional(),
    networkPolicy: flag('deny other namespaces the way to the controllers', true),
    clusterDomain: objectName('internal domain of the cluster', 'cluster.local').default('cluster.local'),
    logLevel: z.enum(['debug', 'info', 'error']).default('info').meta({ description: 'log level of the controllers' }),
    watchAllNamespaces: flag('watch objects of Flux in all namespaces', true),
    tolerationKeys: z
      .array(
        text({
          about: 'key of a taint',
          pattern: KEY,
          wrong: 'is no key of a taint',
          examples: ['node-role.kubernetes.io/control-plane'],
          longest: 317,
        }),
      )
      .default([])
      .meta({ description: 'taints that the controllers tolerate' }),
    operator,
    settings,
  })
  .meta({ description: 'which Flux, and how it is kept' })
