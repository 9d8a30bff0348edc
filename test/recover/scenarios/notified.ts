// Nobody is told: Alerts whose Provider does not take what is sent. Of 2.7.3 the sandbox has no notification-controller that runs.
import { configMap, kustomization, type Place, type Scenario, source } from '../scenario.ts'

const notification = (kind: string, { namespace }: Place, spec: object): object => ({
  apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
  kind,
  metadata: { name: 'chat', namespace },
  spec,
})

const provider = (place: Place, spec: object): object => notification('Provider', place, { type: 'generic', timeout: '5s', ...spec })

const alert = (place: Place): object =>
  notification('Alert', place, {
    providerRef: { name: 'chat' },
    eventSeverity: 'info',
    eventSources: [{ kind: 'Kustomization', name: '*' }],
  })

const failing = (id: string, title: string, state: string, says: RegExp, spec: (place: Place) => object): Scenario => ({
  id,
  title: `Provider ${title}`,
  on: ['2.9.2'],
  files: { 'a.yaml': configMap('a') },
  // They have to be known when something happens.
  before: (place) => [provider(place, spec(place)), alert(place)],
  objects: (place) => [source(place), kustomization(place, 'app')],
  expects: ({ namespace }) => ({ object: `Provider ${namespace}/chat`, state, blocks: [`Alert ${namespace}/chat`], says }),
})

export const notified: readonly Scenario[] = [
  failing('provider-failing', 'that answers with an error', 'provider-unreachable', /500|giving up|deadline exceeded/, ({ server }) => ({
    address: `${server}/failing`,
  })),
  failing('provider-unreachable', 'that does not answer', 'provider-unreachable', /connection refused|deadline exceeded/, () => ({
    address: 'http://127.0.0.1:1/',
  })),
  failing('provider-certificate', 'with a certificate that is not trusted', 'provider-certificate', /x509|certificate/, ({ api }) => ({
    address: api,
  })),
  failing('provider-secret', 'with a Secret that is not there', 'provider-secret', /not-there/, ({ server }) => ({
    address: server,
    secretRef: { name: 'not-there' },
  })),
  {
    id: 'provider-missing',
    title: 'Alert with a Provider that is not there',
    on: ['2.9.2'],
    files: { 'a.yaml': configMap('a') },
    before: (place) => [alert(place)],
    objects: (place) => [source(place), kustomization(place, 'app')],
    expects: ({ namespace }) => ({
      object: `Alert ${namespace}/chat`,
      state: 'provider-missing',
      blocks: [],
      says: /failed to read provider/,
    }),
  },
]
