#!/usr/bin/env bash
# The upgrade of a kustomize-pin + OCI repository as its own README has people type it, with the three repairs without which it does not get through:
#   - `flux migrate -f` goes without `-v`: the CLI 2.9.2 has no table for 2.9 and refuses it; by itself it takes its newest one.
#   - `flux migrate` runs before the new CRDs are applied: the API server refuses a CRD that lacks a version named in status.storedVersions;
#   - the applies are forced: kustomize-controller owns what kubectl applied once, and answers with conflicts.
# Ends with the proofs that flux-ops gives: controllers of the target release rolled out, and every Flux object reconciled after the upgrade and Ready.
#
# usage: seed-003-upgrade.sh <work tree> <from> <to>      versions without v
# Needs flux (of the target release), kubectl, git and node in PATH; KUBECONFIG and GIT_CONFIG_GLOBAL as for flux-ops.
set -euo pipefail

repo=$1 from=$2 to=$3
deadline=$((SECONDS + ${SEED_003_TIMEOUT:-120}))
cd "$repo"

say() { printf '%4ds  %s\n' "$SECONDS" "$*"; }

# Step 1: manifests
say "migrate manifests"
flux migrate -f ./cluster --yes 2>/dev/null
if ! git diff --quiet; then
  git add -A
  git commit --quiet -m "chore: migrate Flux manifests to v$to APIs"
  git push --quiet
fi

# Step 2: pins
say "pins v$from -> v$to"
sed -i "s|\(manifests/install?ref=\)v$from\$|\1v$to|" cluster/bootstrap/kustomization.yaml
sed -i "s|\(tag: \)v$from\b|\1v$to|" cluster/flux/config/flux.yaml
git add -A
git commit --quiet -m "chore: upgrade Flux to v$to"
git push --quiet

# Step 3: apply
say "migrate the cluster"
flux migrate >/dev/null 2>&1
say "apply bootstrap"
kubectl apply --server-side --force-conflicts --kustomize ./cluster/bootstrap >/dev/null
say "apply config"
kubectl apply --server-side --force-conflicts --kustomize ./cluster/flux/config >/dev/null
say "reconcile"
flux reconcile source git home-cluster >/dev/null 2>&1
flux reconcile kustomization flux --with-source --timeout=5m >/dev/null 2>&1
flux check >/dev/null 2>&1

# Step 4: proofs
say "controllers of v$to"
for name in source-controller kustomize-controller helm-controller notification-controller; do
  kubectl --namespace flux-system rollout status "deployment/$name" --timeout=120s >/dev/null
done
kubectl kustomize ./cluster/bootstrap | sed -n 's/^ *image: //p' | sort >"$repo/.git/wanted-images"
kubectl --namespace flux-system get deployments --output jsonpath='{range .items[*]}{.spec.template.spec.containers[0].image}{"\n"}{end}' |
  sort >"$repo/.git/running-images"
diff "$repo/.git/wanted-images" "$repo/.git/running-images"

say "every object reconciled and ready"
kinds=gitrepositories.source.toolkit.fluxcd.io,ocirepositories.source.toolkit.fluxcd.io,helmcharts.source.toolkit.fluxcd.io
kinds=$kinds,kustomizations.kustomize.toolkit.fluxcd.io,helmreleases.helm.toolkit.fluxcd.io
asked=$(date +%s%N)
# as flux: kustomize-controller takes away what a manager named kubectl has set on its objects
kubectl annotate --field-manager=flux "$kinds" --all --all-namespaces --overwrite "reconcile.fluxcd.io/requestedAt=$asked" >/dev/null

proof() {
  kubectl get "$kinds" --all-namespaces --output json | node -e '
    const late = JSON.parse(require("fs").readFileSync(0, "utf8")).items.filter(({ metadata, status = {} }) => {
      const ready = (status.conditions ?? []).find(({ type }) => type === "Ready")
      const asked = status.lastHandledReconcileAt === process.argv[1]
      return !(asked && ready?.status === "True" && status.observedGeneration === metadata.generation)
    })
    console.log(late.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join("; "))
    process.exit(late.length === 0 ? 0 : 1)' "$asked"
}
until late=$(proof); do
  if ((SECONDS > deadline)); then
    echo "not ready in time: $late" >&2
    exit 1
  fi
  sleep 0.5
done
say "done"
