// Ways in which people write recipients, with what an edit makes of each; the names become recipients by `peopled`.

export interface Layout {
  readonly name: string
  readonly before: string
  readonly both: string
  /** Without alice. */
  readonly after: string
}

export const LAYOUTS: readonly Layout[] = [
  {
    name: 'a text of its own',
    before: 'creation_rules:\n  - age: {alice} # hers\n',
    both: 'creation_rules:\n  - age: {alice},{new} # hers\n',
    after: 'creation_rules:\n  - age: {new} # hers\n',
  },
  {
    name: 'a text with commas, in quotes, spaced',
    before: "creation_rules:\n  - age: '{alice}, {bob}'\n",
    both: "creation_rules:\n  - age: '{alice}, {new}, {bob}'\n",
    after: "creation_rules:\n  - age: '{new}, {bob}'\n",
  },
  {
    name: 'the last of a text in double quotes',
    before: 'creation_rules:\n  - age: "{bob} ,{alice}"\n',
    both: 'creation_rules:\n  - age: "{bob} ,{alice} ,{new}"\n',
    after: 'creation_rules:\n  - age: "{bob} ,{new}"\n',
  },
  {
    name: 'a folded text, a line each',
    before: 'creation_rules:\n  - age: >-\n      {alice},\n      {bob}\n    path_regex: x\n',
    both: 'creation_rules:\n  - age: >-\n      {alice},\n      {new},\n      {bob}\n    path_regex: x\n',
    after: 'creation_rules:\n  - age: >-\n      {new},\n      {bob}\n    path_regex: x\n',
  },
  {
    name: 'the last line of a folded text with a comma behind it',
    before: 'creation_rules:\n  - age: >\n      {bob},\n      {alice},\n\n    path_regex: x\n',
    both: 'creation_rules:\n  - age: >\n      {bob},\n      {alice},\n      {new},\n\n    path_regex: x\n',
    after: 'creation_rules:\n  - age: >\n      {bob},\n      {new},\n\n    path_regex: x\n',
  },
  {
    name: 'a plain text over several lines',
    before: 'creation_rules:\n  - age: {bob},\n      {alice}\n',
    both: 'creation_rules:\n  - age: {bob},\n      {alice},\n      {new}\n',
    after: 'creation_rules:\n  - age: {bob},\n      {new}\n',
  },
  {
    name: 'lines of a list, with comments',
    before: 'creation_rules:\n  - age:\n      # the team\n      - "{alice}" # laptop\n      # the cluster\n      - {bob}\n',
    both: 'creation_rules:\n  - age:\n      # the team\n      - "{alice}" # laptop\n      - "{new}"\n      # the cluster\n      - {bob}\n',
    after: 'creation_rules:\n  - age:\n      # the team\n      - "{new}"\n      # the cluster\n      - {bob}\n',
  },
  {
    name: 'the last line of a file that does not end',
    before: 'creation_rules:\n- key_groups:\n  - age:\n    - {bob}\n    - {alice}',
    both: 'creation_rules:\n- key_groups:\n  - age:\n    - {bob}\n    - {alice}\n    - {new}',
    after: 'creation_rules:\n- key_groups:\n  - age:\n    - {bob}\n    - {new}',
  },
  {
    name: 'a list in brackets',
    before: 'creation_rules:\n  - age: [{alice},{bob}]\n',
    both: 'creation_rules:\n  - age: [{alice},{new},{bob}]\n',
    after: 'creation_rules:\n  - age: [{new},{bob}]\n',
  },
  {
    name: 'the only one in brackets, in quotes',
    before: "creation_rules:\n  - age: [ '{alice}' ]\n",
    both: "creation_rules:\n  - age: [ '{alice}', '{new}' ]\n",
    after: "creation_rules:\n  - age: [ '{new}' ]\n",
  },
  {
    name: 'a list in brackets over several lines, the last without a comma',
    before: 'creation_rules:\n  - age: [\n      {bob}, # b\n      {alice} # a\n    ]\n',
    both: 'creation_rules:\n  - age: [\n      {bob}, # b\n      {alice}, # a\n      {new}\n    ]\n',
    after: 'creation_rules:\n  - age: [\n      {bob}, # b\n      {new}\n    ]\n',
  },
  {
    name: 'JSON',
    before: '{"creation_rules": [{"path_regex": "x", "age": "{alice}"}, {"age": ["{bob}", "{alice}"]}]}',
    both: '{"creation_rules": [{"path_regex": "x", "age": "{alice},{new}"}, {"age": ["{bob}", "{alice}", "{new}"]}]}',
    after: '{"creation_rules": [{"path_regex": "x", "age": "{new}"}, {"age": ["{bob}", "{new}"]}]}',
  },
  {
    name: 'braces without quotes',
    before: 'creation_rules:\n  - {path_regex: x, age: {alice}}\n',
    both: 'creation_rules:\n  - {path_regex: x, age: "{alice},{new}"}\n',
    after: 'creation_rules:\n  - {path_regex: x, age: "{new}"}\n',
  },
  {
    name: 'an anchor that rules point to: changed once, where it stands',
    before:
      'keys:\n  - &alice {alice} # hers\n  - &bob {bob}\ncreation_rules:\n  - key_groups:\n      - age: [*alice, *bob]\n  - age: *alice\n',
    both: 'keys:\n  - &alice {alice},{new} # hers\n  - &bob {bob}\ncreation_rules:\n  - key_groups:\n      - age: [*alice, *bob]\n  - age: *alice\n',
    after:
      'keys:\n  - &alice {new} # hers\n  - &bob {bob}\ncreation_rules:\n  - key_groups:\n      - age: [*alice, *bob]\n  - age: *alice\n',
  },
  {
    name: 'an anchor of a list, shared by rules',
    before: 'creation_rules:\n  - path_regex: a\n    age: &all\n      - {alice}\n  - age: *all\n',
    both: 'creation_rules:\n  - path_regex: a\n    age: &all\n      - {alice}\n      - {new}\n  - age: *all\n',
    after: 'creation_rules:\n  - path_regex: a\n    age: &all\n      - {new}\n  - age: *all\n',
  },
  {
    name: 'fields that << brings',
    before: 'x: &default\n  age: {alice}\ncreation_rules:\n  - <<: *default\n    path_regex: a\n  - <<: *default\n',
    both: 'x: &default\n  age: {alice},{new}\ncreation_rules:\n  - <<: *default\n    path_regex: a\n  - <<: *default\n',
    after: 'x: &default\n  age: {new}\ncreation_rules:\n  - <<: *default\n    path_regex: a\n  - <<: *default\n',
  },
  {
    name: 'several groups, a merge, and what stands elsewhere is left alone',
    before:
      '# {alice}\ncreation_rules:\n  - key_groups:\n      - merge:\n          - age:\n              - {alice}\n        pgp: [ABCD]\n      - age:\n          - {bob}\nnotes: {alice}\n',
    both: '# {alice}\ncreation_rules:\n  - key_groups:\n      - merge:\n          - age:\n              - {alice}\n              - {new}\n        pgp: [ABCD]\n      - age:\n          - {bob}\nnotes: {alice}\n',
    after:
      '# {alice}\ncreation_rules:\n  - key_groups:\n      - merge:\n          - age:\n              - {new}\n        pgp: [ABCD]\n      - age:\n          - {bob}\nnotes: {alice}\n',
  },
  {
    name: 'an SSH key beside it',
    before: 'creation_rules:\n  - age: >-\n      {alice}, {ssh}\n',
    both: 'creation_rules:\n  - age: >-\n      {alice}, {new}, {ssh}\n',
    after: 'creation_rules:\n  - age: >-\n      {new}, {ssh}\n',
  },
]
