#!/usr/bin/env bash
# The rotation of an age key as it is done by hand with sops, with the same proofs: every file opens with the new key alone, twice, and its MAC holds.
#
# usage: by-shell.sh <work tree> <old recipient> <new recipient>      Needs sops; BOTH_KEYS and NEW_KEY in the environment.
set -euo pipefail
cd "$1"
old=$2 new=$3
files=(secrets/*.sops.yaml)

rules() { printf 'creation_rules:\n  - path_regex: .*\\.sops\\.yaml$\n    encrypted_regex: ^(data|stringData)$\n    age: %s\n' "$1" >.sops.yaml; }
opens() { for file in "${files[@]}"; do SOPS_AGE_KEY=$NEW_KEY sops decrypt "$file" >/dev/null; done; }

rules "$old,$new"
SOPS_AGE_KEY=$BOTH_KEYS sops updatekeys --yes "${files[@]}" >/dev/null 2>&1
opens
rules "$new"
SOPS_AGE_KEY=$BOTH_KEYS sops updatekeys --yes "${files[@]}" >/dev/null 2>&1
for file in "${files[@]}"; do SOPS_AGE_KEY=$NEW_KEY sops rotate --in-place "$file" >/dev/null; done
opens
