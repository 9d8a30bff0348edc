import { ALICE, BOB, CAROL } from '../../../sops/rules/people.ts'
import { both, brokenRules, file, type OutcomeTable, rules } from './outcome.ts'

export const outcomes: OutcomeTable = {
  'rules-present': {
    found: [
      { given: 'there are none', change: (parts) => void parts.files.delete('.sops.yaml'), says: /1 file is sealed/ },
      { given: 'they have another name', change: file('.sops.yml', 'creation_rules: []\n'), says: /git mv/ },
    ],
    unknown: 'it shows in the names of files',
  },
  'rules-readable': {
    found: [
      { given: 'they are no YAML', change: rules('creation_rules: [\n'), says: /"severity":"error".*not valid YAML/ },
      { given: 'a wrong type stops sops', change: rules('creation_rules:\n  - path_regex: [a]\n'), says: /\.sops\.yaml:2/ },
      {
        given: 'an expression is none',
        change: rules('creation_rules:\n  - path_regex: (\n    age: {alice}\n'),
        says: /regular expression/,
      },
      {
        given: 'a key is spelled wrongly',
        change: rules('creation_rules:\n  - path_regexp: a\n    age: {alice},{bob}\n'),
        says: /"severity":"warning".*path_regexp/,
      },
    ],
    unknown: 'what cannot be read is what it tells',
  },
  'recipients-as-ruled': {
    found: [
      {
        given: 'a file was copied',
        change: (parts) => parts.seal('apps/db.sops.yaml', [[ALICE, CAROL]]),
        says: /is sealed to age1p…g0, which its rule does not name; it is not sealed to age12…re.*sops rotate/,
      },
      {
        given: 'a recipient was added to the rules alone',
        change: (parts) => parts.seal('apps/db.sops.yaml', [[ALICE]]),
        says: /is not sealed to age12…re.*\(\.sops\.yaml:2\).*sops updatekeys apps\/db\.sops\.yaml"/,
      },
      {
        given: 'it is as the rules further up say',
        change: file('apps/.sops.yaml', 'creation_rules:\n  - age: {carol}\n'),
        says: /"severity":"warning".*which sops takes where it is typed further up/,
      },
    ],
    unknown: [
      brokenRules,
      {
        given: 'sops stops at a rule',
        change: rules('creation_rules:\n  - path_regex: (\n    age: {alice}\n'),
        says: /sops stops at \.sops\.yaml:2/,
      },
    ],
  },
  'key-groups-as-ruled': {
    found: [
      {
        given: 'the rules have two groups now',
        change: rules('creation_rules:\n  - key_groups: [{age: ["{alice}"]}, {age: ["{bob}"]}]\n'),
        says: /has 1 key group, its rule 2/,
      },
      {
        given: 'the rules have another threshold',
        change: both(
          rules('creation_rules:\n  - shamir_threshold: 2\n    key_groups: [{age: ["{alice}"]}, {age: ["{bob}"]}, {age: ["{carol}"]}]\n'),
          (parts) => parts.seal('apps/db.sops.yaml', [[ALICE], [BOB], [CAROL]]),
        ),
        says: /opens with 3 of 3 key groups, its rule says 2/,
      },
      {
        given: 'recipients stand in other groups',
        change: both(rules('creation_rules:\n  - key_groups: [{age: ["{alice}"]}, {age: ["{bob}", "{carol}"]}]\n'), (parts) =>
          parts.seal('apps/db.sops.yaml', [[ALICE, BOB], [CAROL]]),
        ),
        says: /other groups/,
      },
    ],
    unknown: 'files without a rule are told elsewhere',
  },
  'sealed-files-ruled': {
    found: [
      { given: 'no rule fits', change: (parts) => parts.seal('infra/db.sops.yaml', [[ALICE, BOB]]), says: /no rule of \.sops\.yaml fits/ },
      { given: 'the nearest file has no rules', change: file('apps/.sops.yaml', '# later\n'), says: /looks no further up/ },
    ],
    unknown: [brokenRules],
  },
  'rule-order': {
    found: [
      {
        given: 'a broad rule stands above a narrow one',
        change: rules('creation_rules:\n  - path_regex: \\.yaml$\n    age: {alice}\n  - path_regex: ^apps/db\n    age: {alice},{bob}\n'),
        says: /"where":"\.sops\.yaml:4".*rule 2 \(\^apps\/db\) is not asked for 1 file.*line 2 takes/,
      },
    ],
    unknown: 'rules that cannot be read are told elsewhere',
    holds: [
      {
        given: 'both say the same',
        change: rules('creation_rules:\n  - path_regex: \\.yaml$\n    age: {alice}\n  - path_regex: ^apps/db\n    age: {alice}\n'),
      },
      {
        given: 'the narrow one stands above',
        change: rules('creation_rules:\n  - path_regex: ^apps/db\n    age: {alice}\n  - path_regex: \\.yaml$\n    age: {bob}\n'),
      },
    ],
  },
  'rules-used': {
    found: [
      {
        given: 'an expression fits nothing',
        change: rules('creation_rules:\n  - path_regex: ^\\./apps\n    age: {alice}\n'),
        says: /fits no file/,
      },
      {
        given: 'a rule comes too late',
        change: rules('creation_rules:\n  - path_regex: ^apps/\n    age: {alice}\n  - path_regex: ^apps/\n    age: {bob}\n'),
        says: /is never asked/,
      },
    ],
    unknown: 'rules that cannot be read are told elsewhere',
  },
  'rule-paths-given': {
    found: [
      {
        given: 'the last rule takes the rest',
        change: rules('creation_rules:\n  - path_regex: a\n    age: {alice}\n  - age: {bob}\n'),
        says: /"severity":"info".*whatever the others leave/,
      },
      {
        given: 'the first one takes all',
        change: rules('creation_rules:\n  - age: {alice}\n  - path_regex: a\n    age: {bob}\n'),
        says: /"severity":"warning".*the rule behind it is never asked/,
      },
    ],
    unknown: 'rules that cannot be read are told elsewhere',
  },
  'names-readable': {
    found: [
      {
        given: 'a name is no name',
        change: file('.flux-ops.yaml', 'recipients: oncall\n'),
        says: /"severity":"warning".*has to be a list/,
      },
      { given: 'a section is not known', change: file('.flux-ops.yaml', 'policy: {}\n'), says: /"severity":"info".*policy/ },
    ],
    unknown: 'what cannot be read is what it tells',
  },
}
