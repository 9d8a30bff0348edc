/** Where a Helm chart comes from, as the cluster's source says it. */
export interface ChartAddress {
  /** `oci://host/path/flux2`, or the folder of an index.yaml: `https://host/charts`. */
  readonly url: string
  readonly name: string
  /** Plain HTTP. */
  readonly insecure: boolean
}

/** Asked without credentials. Throws OpsError `chart-unreachable`. */
export interface ChartReader {
  /** Versions that the repository has, as it writes them. */
  versions(chart: ChartAddress): Promise<string[]>
  /** appVersion of one of them; undefined when it has none, or the version is not there. */
  appVersion(chart: ChartAddress, version: string): Promise<string | undefined>
}
