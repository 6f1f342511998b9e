import { expect, it } from 'vitest';
import { drawProblem } from '../../../src/problem.ts';
import { ALERT_NAMES, limitOf } from '../../../src/workflow/operations/alert-table.ts';
import { parseWorkflow } from '../../../src/workflow/parse.ts';

const read = (yaml: string) => parseWorkflow(`---\n${yaml}\n---\n`, 'WORKFLOW.md');

function targetsOf(yaml: string) {
  const found = read(yaml);
  if (!found.ok) throw new Error(found.error.map(drawProblem).join('\n'));
  return found.value.settings.notify;
}

function problemsOf(yaml: string): string {
  const found = read(yaml);
  return found.ok ? '' : found.error.map(drawProblem).join('\n');
}

const NONE = {
  run: '',
  env: { pass: [], set: {} },
  url: null,
  secret: null,
  token: null,
  on: ['needs-person', 'alert'],
};

it('a text is a command; nothing is nobody', () => {
  expect(targetsOf('notify: notify-send kanban')).toEqual([{ ...NONE, to: 'command', run: 'notify-send kanban' }]);
  expect(targetsOf('notify: ""')).toEqual([]);
  expect(targetsOf('notify:')).toEqual([]);
});

it('a list names targets, their secrets by variable', () => {
  expect(
    targetsOf(
      'notify:\n  - { to: slack, url: $SLACK }\n  - { to: json, url: "${HOOK}", secret: $KEY, token:, on: [landed, moved] }\n  - { run: x, env: [A], on: ended }',
    ),
  ).toEqual([
    { ...NONE, to: 'slack', url: 'SLACK' },
    { ...NONE, to: 'json', url: 'HOOK', secret: 'KEY', on: ['landed', 'moved'] },
    { ...NONE, to: 'command', run: 'x', env: { pass: ['A'], set: {} }, on: ['ended'] },
  ]);
});

it('all problems are named at once, with the place', () => {
  expect(
    problemsOf(
      'notify:\n  - { to: slack }\n  - { to: ntfy, url: $A, secret: $B, run: x }\n  - { env: [A], url: $B }\n  - { run: x, env: { A: b } }',
    ),
  ).toMatchInlineSnapshot(`
    "WORKFLOW.md:3:5: \`notify[0]\` (slack) needs \`url\`. [notify-incomplete]
          - { to: slack }
            ~~~~~~~~~~~~~
      fix: write \`url: $NAME\`, and set NAME in the environment of \`kanban run\`
    WORKFLOW.md:4:34: \`notify[1].secret\` has no effect with \`to: ntfy\`. [notify-without-effect]
          - { to: ntfy, url: $A, secret: $B, run: x }
                                         ~~
      fix: remove it; \`secret\` is for \`to: json\`
    WORKFLOW.md:4:43: \`notify[1].run\` has no effect with \`to: ntfy\`. [notify-without-effect]
          - { to: ntfy, url: $A, secret: $B, run: x }
                                                  ~
      fix: remove it; \`run\` is for \`to: command\`
    WORKFLOW.md:5:5: \`notify[2]\` (command) needs \`run\`. [notify-incomplete]
          - { env: [A], url: $B }
            ~~~~~~~~~~~~~~~~~~~~~
      fix: write \`run: "<command>"\`, or \`to: slack\`, \`ntfy\` or \`json\`
    WORKFLOW.md:5:22: \`notify[2].url\` has no effect with \`to: command\`. [notify-without-effect]
          - { env: [A], url: $B }
                             ~~
      fix: remove it; \`url\` is for \`to: slack\`, \`to: ntfy\`, \`to: json\`"
  `);
});

it('wrong values are named', () => {
  expect(
    problemsOf('notify:\n  - { to: slak, url: $A }\n  - { run: x, on: [landed, gone] }\n  - { run: x, on: [] }\n  - x'),
  ).toMatchInlineSnapshot(`
    "WORKFLOW.md:3:11: \`notify[0].to\` must be \`command\`, \`slack\`, \`ntfy\` or \`json\`; it is the text \`slak\`. [wrong-setting]
          - { to: slak, url: $A }
                  ~~~~
    WORKFLOW.md:4:28: \`notify[1].on[1]\` must be \`needs-person\`, \`alert\`, \`landed\`, \`moved\` or \`ended\`; it is the text \`gone\`. [wrong-setting]
          - { run: x, on: [landed, gone] }
                                   ~~~~
    WORKFLOW.md:5:19: \`notify[2].on\` must be a list of \`needs-person\`, \`alert\`, \`landed\`, \`moved\`, \`ended\`; it is an empty list. [wrong-setting]
          - { run: x, on: [] }
                          ~~
    WORKFLOW.md:6:5: \`notify[3]\` must be a map with \`run\`, or with \`to\` and \`url\`; it is the text \`x\`. [wrong-setting]
          - x
            ~"
  `);
  expect(problemsOf('notify: { to: slack }')).toMatchInlineSnapshot(`
    "WORKFLOW.md:2:9: \`notify\` must be a command, or a list of targets; it is a map. [wrong-setting]
        notify: { to: slack }
                ~~~~~~~~~~~~~"
  `);
});

it('a secret that is written itself is an error, and is not shown', () => {
  const text = problemsOf(
    'notify:\n  - { to: slak, url: https://hooks.example.com/s3cret }\n  - { to: json, url: $A, secret: s3cret }\n  - { to: json, url: $A, token: 777123 }\n  - { to: json, uri: "https://hooks.example.com/s3cret" }\nretries: x',
  );
  expect(text).not.toMatch(/s3cret|777123|hooks\.example/);
  expect(text).toMatchInlineSnapshot(`
    "WORKFLOW.md:3:11: \`notify[0].to\` must be \`command\`, \`slack\`, \`ntfy\` or \`json\`; it is the text \`slak\`. [wrong-setting]
          - { to: slak, url: ******************************** }
                  ~~~~
    WORKFLOW.md:3:22: \`notify[0].url\` must name an environment variable, \`$NAME\`: WORKFLOW.md is committed, and its value may be a secret. [wrong-setting]
          - { to: slak, url: ******************************** }
                             ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    WORKFLOW.md:4:34: \`notify[1].secret\` must name an environment variable, \`$NAME\`: WORKFLOW.md is committed, and its value may be a secret. [wrong-setting]
          - { to: json, url: $A, secret: ****** }
                                         ~~~~~~
    WORKFLOW.md:5:33: \`notify[2].token\` must be the name of an environment variable, \`$NAME\`. [wrong-setting]
          - { to: json, url: $A, token: ****** }
                                        ~~~~~~
    WORKFLOW.md:6:17: Unknown setting \`notify[3].uri\`; did you mean \`url\`? [unknown-setting]
          - { to: json, uri: "********************************" }
                        ~~~
      fix: write \`url\`
    WORKFLOW.md:7:10: \`retries\` must be a whole number from 0; it is the text \`x\`. [wrong-setting]
        retries: x
                 ~"
  `);
});

function alertsOf(yaml: string) {
  const found = read(yaml);
  if (!found.ok) throw new Error(found.error.map(drawProblem).join('\n'));
  return found.value.settings.alerts.map((rule) => ({ when: rule.when, ...limitOf(rule) }));
}

it('alerts are the default ones, none, or a list by name or with limits', () => {
  expect(alertsOf('alerts: none')).toEqual([]);
  expect(alertsOf('alerts:')).toEqual(alertsOf('alerts: default'));
  expect(alertsOf('alerts: default').map(({ when }) => when)).toEqual(ALERT_NAMES.filter((name) => name !== 'cost'));
  expect(
    alertsOf(
      'alerts: [stalled, { when: restarts, over: 5, within: 2h }, { when: no-landing, for: 1h }, { when: cost, over: 20 }]',
    ),
  ).toEqual([
    { when: 'stalled', limit: 0, within: null },
    { when: 'restarts', limit: 5, within: 7_200_000 },
    { when: 'no-landing', limit: 3_600_000, within: null },
    { when: 'cost', limit: 20, within: null },
  ]);
});

it('alerts without a limit, with keys of others and with wrong values are problems', () => {
  expect(problemsOf('alerts:\n  - cost\n  - { when: queue-age, over: 3, within: 1h }\n  - { when: stalled, for: 1h }'))
    .toMatchInlineSnapshot(`
    "WORKFLOW.md:3:5: The alert \`cost\` needs \`over\`. [alert-incomplete]
          - cost
            ~~~~
      fix: write \`{ when: cost, over: 20 }\`
    WORKFLOW.md:4:30: \`over\` has no effect on the alert \`queue-age\`. [alert-without-effect]
          - { when: queue-age, over: 3, within: 1h }
                                     ~
      fix: remove it; \`queue-age\` takes \`for\`
    WORKFLOW.md:4:41: \`within\` has no effect on the alert \`queue-age\`. [alert-without-effect]
          - { when: queue-age, over: 3, within: 1h }
                                                ~~
      fix: remove it; \`queue-age\` takes \`for\`
    WORKFLOW.md:5:27: \`for\` has no effect on the alert \`stalled\`. [alert-without-effect]
          - { when: stalled, for: 1h }
                                  ~~
      fix: remove it; \`stalled\` takes \`over\`"
  `);
  expect(
    problemsOf(
      'alerts:\n  - { when: stuck }\n  - { when: no-landing, for: 30 }\n  - { over: 3 }\n  - { when: cost, over: x }',
    ),
  ).toMatchInlineSnapshot(`
    "WORKFLOW.md:3:13: \`alerts[0].when\` must be \`stalled\`, \`restarts\`, \`failed-landings\`, \`cost\`, \`no-landing\`, \`queue-age\`, \`queue-held\` or \`provider\`; it is the text \`stuck\`. [wrong-setting]
          - { when: stuck }
                    ~~~~~
    WORKFLOW.md:4:30: \`alerts[1].for\` must be a duration such as \`30m\` or \`2h\`; it is the number 30. [wrong-setting]
          - { when: no-landing, for: 30 }
                                     ~~
      fix: write the unit: 30s or 30m
    WORKFLOW.md:5:5: \`alerts[2].when\` must be \`stalled\`, \`restarts\`, \`failed-landings\`, \`cost\`, \`no-landing\`, \`queue-age\`, \`queue-held\` or \`provider\`; it is empty. [wrong-setting]
          - { over: 3 }
            ~~~~~~~~~~~
    WORKFLOW.md:6:25: \`alerts[3].over\` must be a number from 0; it is the text \`x\`. [wrong-setting]
          - { when: cost, over: x }
                                ~"
  `);
  expect(problemsOf('alerts: yes')).toMatchInlineSnapshot(`
    "WORKFLOW.md:2:9: \`alerts\` must be \`default\`, \`none\` or a list of alerts; it is the text \`yes\`. [wrong-setting]
        alerts: yes
                ~~~"
  `);
});
