// Workflows that look at proposals. They only read: what they may do on the forge is the least, and a kubeconfig is never printed. An answer that could
// not be had fails the job, as flux-ops does.

const NEEDS = (settings: string, lines: readonly string[]): string =>
  [
    '# Looks at every proposal: at keys and sealed files, and at what its merge would do to Flux.',
    `# It needs, in ${settings}:`,
    ...lines.map((line) => `#   ${line}`),
    '# What the kubeconfig has to allow stands in runbooks/upgrade/README.md of flux-ops: get and list, and nothing else.',
    '# A cluster that the runner cannot reach has no plan: take that job out.',
    '',
  ].join('\n')

const IMAGE = 'variable  FLUX_OPS_IMAGE       an image with flux-ops, git, kubectl, flux and sops'

const CHECKOUT = (action: string): string => `      - uses: ${action}
        with:
          fetch-depth: 0
          persist-credentials: false
`

const NODE = `      - uses: actions/setup-node@v5.0.0
        with:
          node-version: "24"
      - name: install flux-ops
        env:
          FLUX_OPS_PACKAGE: \${{ vars.FLUX_OPS_PACKAGE }}
        run: npm install --global --ignore-scripts "\${FLUX_OPS_PACKAGE:?the variable FLUX_OPS_PACKAGE is not set}"
`

const KUBECONFIG = `          umask 077
          printf '%s\\n' "\${KUBECONFIG_TEXT:?the secret FLUX_OPS_KUBECONFIG is not set}" > "$RUNNER_TEMP/kubeconfig"
          unset KUBECONFIG_TEXT
`

const GITHUB_CHECKOUT = CHECKOUT('actions/checkout@v5.0.1')

const github = `${NEEDS('Settings, Secrets and variables, Actions', [
  'variable  FLUX_OPS_PACKAGE     what npm installs flux-ops from: the address of its package',
  'secret    FLUX_OPS_KUBECONFIG  kubeconfig of an account that may only read',
])}name: flux-ops
on:
  pull_request:
permissions:
  contents: read
jobs:
  audit:
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    steps:
${GITHUB_CHECKOUT}${NODE}      - name: audit
        run: flux-ops audit keys --no-cluster --plain
  plan:
    # a request from a fork gets no secrets
    if: github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    permissions:
      contents: read
      pull-requests: write # for the comment
    steps:
${GITHUB_CHECKOUT}${NODE}      - name: plan
        env:
          KUBECONFIG_TEXT: \${{ secrets.FLUX_OPS_KUBECONFIG }}
          GH_TOKEN: \${{ github.token }}
          NUMBER: \${{ github.event.pull_request.number }}
        run: |
${KUBECONFIG}          comment="$RUNNER_TEMP/comment.md"
          flux-ops upgrade plan --ci --plain --kubeconfig "$RUNNER_TEMP/kubeconfig" --markdown "$comment" || code=$?
          if [ -s "$comment" ]; then gh pr comment "$NUMBER" --edit-last --create-if-none --body-file "$comment"; fi
          exit "\${code:-0}"
`

const FORGEJO_CHECKOUT = CHECKOUT('https://data.forgejo.org/actions/checkout@v4.2.2')

const FORGEJO_JOB = `    runs-on: docker
    container:
      image: \${{ vars.FLUX_OPS_IMAGE }}
    steps:
${FORGEJO_CHECKOUT}`

const forgejo = `${NEEDS('Settings, Actions', [
  `${IMAGE}, and node for the action`,
  'secret    FLUX_OPS_KUBECONFIG  kubeconfig of an account that may only read',
])}name: flux-ops
on:
  pull_request:
permissions:
  contents: read
jobs:
  audit:
${FORGEJO_JOB}      - name: audit
        run: flux-ops audit keys --no-cluster --plain
  plan:
    # a request from a fork gets no secrets
    if: github.event.pull_request.head.repo.full_name == github.repository
${FORGEJO_JOB}      - name: plan
        env:
          KUBECONFIG_TEXT: \${{ secrets.FLUX_OPS_KUBECONFIG }}
        run: |
${KUBECONFIG.replaceAll('$RUNNER_TEMP/kubeconfig', '$HOME/flux-ops.kubeconfig')}          flux-ops upgrade plan --ci --plain --kubeconfig "$HOME/flux-ops.kubeconfig"
`

const gitlab = `${NEEDS('Settings, CI/CD, Variables', [IMAGE, 'file      FLUX_OPS_KUBECONFIG  kubeconfig of an account that may only read'])}.flux-ops:
  image: $FLUX_OPS_IMAGE
  variables:
    GIT_DEPTH: "0"
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"

flux-ops-audit:
  extends: .flux-ops
  script:
    - flux-ops audit keys --no-cluster --plain

flux-ops-plan:
  extends: .flux-ops
  script:
    - 'flux-ops upgrade plan --ci --plain --kubeconfig "\${FLUX_OPS_KUBECONFIG:?is not set}" --markdown flux-ops-plan.md'
  artifacts:
    when: always
    expire_in: 1 week
    paths:
      - flux-ops-plan.md
`

export const GITLAB_ROOT = `include:
  - local: .gitlab/flux-ops.yml
`

export const WORKFLOWS = {
  github: { path: '.github/workflows/flux-ops.yaml', text: github },
  forgejo: { path: '.forgejo/workflows/flux-ops.yaml', text: forgejo },
  gitlab: { path: '.gitlab/flux-ops.yml', text: gitlab },
} as const
