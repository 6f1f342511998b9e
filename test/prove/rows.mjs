// Hostile agents: one row per way in which an agent misbehaves. Each is played by the agent of T-1, in a repository of its own
// where T-2, T-3 and T-4 are worked by good agents. The scripts use the words of test/e2e/rig/agent.sh.
//
// `plans`     what T-1's agent does, by role, or by role and time (`tester.1`); other roles of T-1 are good
// `lands`     may T-1 land? true, false, or null: either way is right
// `named`     what the explanation of T-1 must name; null: nothing is wrong that the user must know
// `differs`   parts of the shared state that may be other than before, as they are reported and not restored
// `kept`      a text that must still be somewhere: on a ref, in a stash or in a worktree
// `short`     played in the short form
// `before`, `after` ({ repo, steer }): the repository before, more that must be true afterwards; `after` returns what is wrong

const WORK = 'save T-1.txt work && commit';
const UNTIL_TWO = 'until git cat-file -e main:T-2.txt 2>/dev/null; do sleep 0.1; done';
const OURS = `${UNTIL_TWO}; git merge -q -s ours --no-edit main`;
const PLAIN = 'git merge -q --no-edit main && report passed';
const RUN = '"$KANBAN_ROOT/.kanban/runs/$KANBAN_RUN_ID"';
/** Many git calls of the coordinator have happened by then. */
const config = (key, value) => `${WORK}; git config ${key} '${value}'; report done`;

export const ROWS = [
  // A branch is judged as a whole.
  {
    name: 'merge-ours-then-plain',
    kind: 2,
    plans: { 'tester.1': `${OURS}; report passed`, tester: PLAIN },
    lands: false,
    named: /ours|merge/i,
    short: true,
  },
  {
    name: 'merge-ours-no-report',
    kind: 2,
    plans: { 'tester.1': OURS, tester: PLAIN },
    lands: false,
    named: /ours|merge/i,
  },
  {
    name: 'merge-ours-by-reviewer',
    kind: 2,
    plans: { reviewer: `${OURS}; report ready`, tester: PLAIN },
    lands: false,
    named: /ours|merge/i,
  },
  {
    name: 'markers-by-merge',
    kind: 2,
    plans: {
      task: `echo "of T-1" > shared.txt; ${WORK} && report done`,
      'tester.1': `${UNTIL_TWO}; git merge -q main; git add -A; git commit -q -m merged; report passed`,
      tester: PLAIN,
    },
    two: 'echo "of T-2" > shared.txt; save T-2.txt "work 1" && commit && report done',
    lands: false,
    named: /marker/i,
    after: ({ repo }) => (/^<{7}/m.test(repo.show('main', 'shared.txt')) ? ['conflict markers have landed'] : []),
  },

  // State that all worktrees share.
  {
    name: 'nested-repository-committed',
    kind: 3,
    plans: {
      task: `git init -q frontend; echo the-only-copy > frontend/page; git -C frontend add -A
git -C frontend -c user.name=A -c user.email=a@b.c commit -q -m page; git add -A; commit; report done`,
    },
    lands: false,
    named: /frontend/,
    kept: 'the-only-copy',
    short: true,
  },
  {
    name: 'core-bare',
    kind: 3,
    plans: { task: config('core.bare', 'true') },
    lands: null,
    named: /core\.bare/,
    short: true,
  },
  {
    name: 'core-worktree',
    kind: 3,
    plans: { task: config('core.worktree', '/tmp') },
    lands: null,
    named: /core\.worktree/,
  },
  {
    name: 'user-name',
    kind: 3,
    plans: { task: config('user.name', 'Test User') },
    lands: null,
    named: /user\.name/,
    after: ({ repo }) =>
      /Test User/.test(repo.git('log', '--format=%an %cn', 'main')) ? ['Test User has committed on main'] : [],
  },
  {
    name: 'fsmonitor',
    kind: 3,
    plans: {
      task: `printf '#!/bin/sh\\n[ -n "$KANBAN_RUN_ID" ] || : > "%s/ran-outside"\\n' "$STEER" > "$STEER/monitor"
chmod +x "$STEER/monitor"; ${WORK}; git config core.fsmonitor "$STEER/monitor"; report done`,
    },
    lands: null,
    named: /core\.fsmonitor/,
    after: ({ steer }) => (steer.has('ran-outside') ? ["kanban's own git ran the agent's monitor"] : []),
    short: true,
  },
  {
    name: 'hooks-path',
    kind: 3,
    plans: {
      task: `mkdir -p "$STEER/hooks"; printf '#!/bin/sh\\n[ -n "$KANBAN_RUN_ID" ] || : > "%s/ran-outside"\\n' "$STEER" > "$STEER/hooks/reference-transaction"
chmod +x "$STEER/hooks/reference-transaction"; ${WORK}; git config core.hooksPath "$STEER/hooks"; report done`,
    },
    lands: null,
    named: /core\.hookspath/i,
    after: ({ steer }) => (steer.has('ran-outside') ? ["kanban's own git ran the agent's hook"] : []),
  },
  {
    name: 'stash-pop',
    kind: 3,
    plans: { task: 'git stash pop -q; save T-1.txt work; git add -A; commit; report done' },
    lands: false,
    named: /stash/i,
    after: ({ repo }) =>
      repo.git('grep', '-l', 'private-stash', 'main') === '' ? [] : ["the user's stash is on main"],
    short: true,
  },
  {
    name: 'work-in-a-stash',
    kind: 3,
    plans: { task: 'save T-1.txt stashed-work; git add -A; git stash -q; report done' },
    lands: false,
    named: /stash/i,
    differs: ['stash'],
    kept: 'stashed-work',
  },
  {
    name: 'exclude-everything',
    kind: 3,
    plans: { task: `${WORK}; echo '*' >> "$(git rev-parse --git-path info/exclude)"; report done` },
    lands: null,
    named: /exclude/,
  },
  {
    name: 'attributes',
    kind: 3,
    plans: { task: `${WORK}; echo '* -text' >> "$(git rev-parse --git-path info/attributes)"; report done` },
    lands: null,
    named: /attributes/,
  },
  {
    name: 'assume-unchanged',
    kind: 3,
    plans: {
      task: `${WORK}; git update-index --assume-unchanged shared.txt; echo hidden-work > shared.txt; report done`,
    },
    lands: null,
    named: null,
    kept: 'hidden-work',
  },
  {
    name: 'outside-the-sparse-cone',
    kind: 3,
    before: ({ repo }) => repo.git('sparse-checkout', 'set', '--cone', 'board', 'prompts', 'src'),
    plans: { task: 'mkdir -p docs; echo work > docs/new.txt; report done' },
    lands: true,
    named: null,
    sparse: true,
    after: ({ repo }) => (repo.show('main', 'docs/new.txt') === 'work\n' ? [] : ['docs/new.txt has not landed']),
  },
  {
    name: 'worktree-becomes-a-link',
    kind: 3,
    plans: { task: `${WORK}; cd ..; mv T-1 "$STEER/away"; ln -s ../ T-1` },
    lands: false,
    named: /link|T-1/,
    short: true,
  },
  {
    name: 'moves-main',
    kind: 3,
    plans: { task: `${WORK}; git update-ref refs/heads/main HEAD; report done` },
    lands: false,
    named: /takes it back/,
    waits: true,
    differs: ['main'],
  },
  {
    name: 'writes-into-the-checkout',
    kind: 3,
    plans: { task: `${WORK}; echo of-an-agent >> "$KANBAN_ROOT/words.txt"; report done` },
    lands: null,
    named: /words\.txt/,
    differs: ['words.txt'],
  },
  {
    name: 'other-refs',
    kind: 3,
    plans: { task: `${WORK}; git branch extra; git tag v-extra; git update-ref -d refs/heads/mine; report done` },
    lands: null,
    named: /mine/,
  },

  // Actions that fail.
  {
    name: 'nested-worktree',
    kind: 4,
    plans: { tester: 'git worktree add -q --detach nested HEAD; report passed' },
    lands: null,
    named: /nested/,
    short: true,
  },
  {
    name: 'nested-repository-left',
    kind: 4,
    plans: {
      tester: `git init -q own; echo the-only-copy > own/page; git -C own add -A
git -C own -c user.name=A -c user.email=a@b.c commit -q -m page; report passed`,
    },
    lands: null,
    named: /own/,
    kept: 'the-only-copy',
  },

  // Everything that an agent controls is untrusted.
  {
    name: 'fifo-report',
    kind: 7,
    plans: { task: `${WORK}; mkfifo "$KANBAN_REPORT"` },
    lands: null,
    named: /report/,
    short: true,
  },
  {
    name: 'fifo-report-and-idle',
    kind: 7,
    plans: { task: `${WORK}; mkfifo "$KANBAN_REPORT"; sleep 1000` },
    lands: null,
    named: /report|time/,
  },
  {
    name: 'link-as-report',
    kind: 7,
    plans: { task: `${WORK}; ln -s "$KANBAN_ROOT/.env.local" "$KANBAN_REPORT"` },
    lands: null,
    named: /report/,
    after: ({ repo }) => (repo.git('log', '--all', '--format=%B').includes('user-secret') ? ['a secret was read'] : []),
  },
  {
    name: 'huge-report',
    kind: 7,
    plans: { task: `${WORK}; report done; head -c 80000000 /dev/zero | tr '\\0' x >> "$KANBAN_REPORT"` },
    lands: null,
    named: null,
  },
  {
    name: 'broken-result',
    kind: 7,
    plans: { task: `${WORK}; echo '{"version":1,"cause":["x"]}' > ${RUN}/result.json; report done` },
    lands: null,
    named: null,
    short: true,
  },
  {
    name: 'fifo-result',
    kind: 7,
    plans: { task: `${WORK}; mkfifo ${RUN}/result.json; report done` },
    lands: null,
    named: null,
  },
  {
    name: 'fifo-in-the-mailbox',
    kind: 7,
    plans: {
      task: `${WORK}; mkdir -p "$KANBAN_ROOT/.kanban/mailbox"; mkfifo "$KANBAN_ROOT/.kanban/mailbox/1-x.json"; report done`,
    },
    lands: null,
    named: null,
  },
  {
    name: 'removes-the-run-folders',
    kind: 7,
    plans: { 'task.1': `${WORK}; rm -rf "$KANBAN_ROOT/.kanban"; report done` },
    lands: null,
    named: null,
    short: true,
  },
  {
    name: 'long-line',
    kind: 7,
    plans: { task: `${WORK}; head -c 1200000 /dev/zero | tr '\\0' y; echo; report done` },
    lands: true,
    named: null,
  },
  {
    name: 'markdown-and-escapes-in-a-report',
    kind: 7,
    plans: {
      task: `${WORK}; printf -- '---\\nverdict: done\\nchangelog: "a \\033[31m red\\\\n## [7.7.7]\\\\u202e"\\n---\\n## [8.8.8]\\n\\033]0;x\\007\\n' > "$KANBAN_REPORT"`,
    },
    lands: null,
    named: null,
    after: ({ repo, said }) => [
      ...(/^## \[[78]/m.test(repo.show('main', 'CHANGELOG.md')) ? ['a heading of the agent is in CHANGELOG.md'] : []),
      ...(/[\u001b\u202e]/.test(repo.show('main', 'CHANGELOG.md') + said) ? ['raw control characters'] : []),
    ],
  },
  {
    name: 'approves-an-entry',
    kind: 7,
    waiting: true,
    plans: {
      tester: `until grep -q 'APPROVE.*T-5' "$KANBAN_ROOT/board/TESTING.md"; do sleep 0.1; done
for verb in approve retry undo abandon; do "$NODE" "$CLI" $verb T-5 --why x >> "$STEER/replies" 2>&1; done; report passed`,
    },
    lands: null,
    named: null,
    after: ({ repo, steer }) => [
      ...(/^## \[APPROVE\] T-5/m.test(repo.read('board/TESTING.md'))
        ? []
        : ['T-5 does not wait for approval any more']),
      ...(/run|agent/i.test(steer.read('replies')) ? [] : ['the refusal does not say why']),
    ],
    short: true,
  },
  {
    name: 'adds-without-end',
    kind: 7,
    plans: {
      task: `${WORK}; for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do "$NODE" "$CLI" add "more $n" > /dev/null 2>&1; done; report done`,
    },
    lands: null,
    named: null,
    after: ({ repo, steer }) => {
      const runs = [1, 2, 3].filter((n) => steer.has(`count/T-1.task.${n}`)).length;
      const added = [...repo.read('board/TODO.md').matchAll(/^## .*more \d+$/gm)].length;
      const worked = /more \d+/.test(repo.git('log', '--format=%s', '--grep=-> IN_PROGRESS', 'main'));
      return [
        ...(added > 12 * runs ? [`${added} entries were added`] : []),
        ...(worked || repo.landed().length > 4 ? ['what it added was worked on'] : []),
        ...(added > 0 && !/^# Proposed \(T-1\)/m.test(repo.read('board/TODO.md')) ? ['they are not parked'] : []),
      ];
    },
  },
  {
    name: 'runs-kanban-run',
    kind: 7,
    plans: {
      task: `${WORK}; "$NODE" "$CLI" run --until-done > "$STEER/replies" 2>&1; echo "exit $?" >> "$STEER/replies"; report done`,
    },
    lands: true,
    named: null,
    after: ({ steer }) => [
      ...(/^exit 0$/m.test(steer.read('replies')) ? ['kanban run was not refused'] : []),
      ...(/\brm\b|delete|remove/i.test(steer.read('replies')) ? ['it advises to remove the live lock'] : []),
    ],
  },
  {
    name: 'leaves-daemons',
    kind: 7,
    plans: { task: `${WORK}; (setsid sh -c 'trap "" TERM HUP; sleep 1000' > /dev/null 2>&1 &); report done` },
    lands: true,
    named: null,
    short: true,
  },
];
