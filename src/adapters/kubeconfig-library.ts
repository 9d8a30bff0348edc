// The one thing taken from client-node, named: imported as a whole and lazily, its thousands of API models would come along.
export { KubeConfig } from '@kubernetes/client-node'
