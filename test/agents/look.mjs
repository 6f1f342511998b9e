import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './until.mjs';

/** Looks at what has become of a trial; `wrong` says what isn't as it should be. */
export class Look {
  constructor(site, code) {
    this.site = site;
    this.code = code;
    this.wrong = [...site.wrong];
    this.runs = site.runs();
  }

  want(isSo, words) {
    if (!isSo) this.wrong.push(words);
  }

  exit(...codes) {
    const { err } = this.site.coordinators.at(-1);
    this.want(codes.includes(this.code), `exit ${this.code} instead of ${codes.join(' or ')}: ${err.slice(-300)}`);
  }

  /** Every entry landed as docs/queue.md says, and nothing else is left. */
  landed() {
    const { site } = this;
    this.exit(0);
    const ids = (site.trial.entries ?? [{}]).map((_, n) => `T-${n + 1}`);
    for (const id of ids) this.#oneLanding(id);
    this.want(!/^## .*T-\d/m.test(site.board()), 'an entry still stands on the board');
    const folder = join(site.root, '.worktrees');
    const worktrees = existsSync(folder) ? readdirSync(folder) : [];
    this.want(worktrees.length === 0, `worktrees left: ${worktrees.join(', ')}`);
    const branches = site.git('branch', '--format=%(refname:short)').trim();
    this.want(branches === 'main', `branches left: ${branches.split('\n').join(', ')}`);
    this.want(site.eventsOf('audit-failed').length === 0, 'a landing was not as it was built');
  }

  #oneLanding(id) {
    const { site, runs } = this;
    const count = site.eventsOf('entry-landed').filter((event) => event.id === id).length;
    this.want(count === 1, `${count} landings of ${id}`);
    const commit = site.eventsOf('entry-landed').find((event) => event.id === id)?.commit;
    if (commit === undefined) return this.want(false, `${id}: ${story(site, id)}`);
    const text = site.git('log', '-1', '--format=%B', commit);
    const agent = `task=${site.agent} reviewer=${site.agent} tester=${site.agent}`;
    for (const trailer of [
      `Kanban-Move: ${id} TESTING -> CHANGELOG`,
      `Kanban-Reviewed: ${id} `,
      `Kanban-Tested: ${id} `,
    ])
      this.want(text.includes(trailer), `${id}: no trailer "${trailer}"`);
    this.want(/Kanban-Agent: (.*)/.exec(text)?.[1]?.startsWith(`${id} `) === true, `${id}: no trailer Kanban-Agent`);
    this.want(
      agent.split(' ').every((one) => text.includes(one)),
      `${id}: Kanban-Agent does not name ${agent}`,
    );
    const changelog = site.git('show', `${commit}:CHANGELOG.md`);
    this.want(changelog.includes(`(${id})`), `${id}: no line in the CHANGELOG`);
    this.want(
      site.git('ls-tree', '-r', '--name-only', 'main').includes(`notes/${id}`),
      `${id}: its file is not on main`,
    );
    this.want(
      runs.some(({ brief, result }) => brief.taskId === id && brief.role === 'tester' && result?.cause === 'reported'),
      `${id}: no tester reported`,
    );
  }

  /** The user's checkout is theirs, and nothing is alive any more. */
  async leftAlone() {
    const { site } = this;
    const changed = site.ownChanged();
    this.want(changed.length === 0, `the user's files changed: ${changed.join(', ')}`);
    const status = site.git('status', '--porcelain').trim();
    this.want(status === '?? untracked.txt', `the user's checkout shows: ${status}`);
    this.want(site.git('symbolic-ref', 'HEAD').trim() === 'refs/heads/main', 'the user was moved off main');
    const gone = await until(5, () => site.processes().length === 0);
    this.want(
      gone,
      `left alive: ${site
        .processes()
        .map(({ pid, command }) => `${pid} ${command}`)
        .join('; ')}`,
    );
  }

  /** The scripts could be played with the tools that the CLI offered. */
  played() {
    const problems = [...new Set(this.site.model.requests().flatMap(({ problems }) => problems ?? []))];
    this.want(problems.length === 0, `the script could not be played: ${problems.join('; ').slice(0, 300)}`);
  }

  /** Every run that ended by its report told what it used. */
  usage() {
    const silent = this.runs.filter(({ result }) => result?.cause === 'reported' && !((result.usage?.input ?? 0) > 0));
    this.want(silent.length === 0, `no usage told by ${silent.map(({ id }) => id).join(', ')}`);
  }

  /** How the task agent's first run ended. */
  first(...causes) {
    const run = this.runs.find(({ brief }) => brief.role === 'task');
    const how = run?.result?.cause ?? 'nothing';
    this.want(
      causes.includes(how),
      `the first run ended as ${how} instead of ${causes.join(' or ')}: ${run?.result?.detail ?? ''}`,
    );
    return run;
  }

  /** The entry is where it was, no failure counted, nobody called. */
  notFailed() {
    const board = this.site.board();
    this.want(!board.includes('[ESCALATED]') && !board.includes('[RETRY]'), 'the entry was taken as failed');
    this.want(!/^- attempts:/m.test(board), 'a retry was used up');
  }

  /** The second task run continued with the session of the first. */
  resumed() {
    const [one, two] = this.runs.filter(({ brief }) => brief.role === 'task' && brief.taskId === 'T-1');
    const kept = one?.result?.session ?? one?.brief.session?.id;
    this.want(two?.brief.session?.resume === true, 'the second run did not resume a session');
    this.want(two?.brief.session?.id === kept, `the second run resumed ${two?.brief.session?.id} instead of ${kept}`);
    const went = this.site.model
      .requests()
      .some(({ script, body }) => script === 'task:again' && JSON.stringify(body).includes('this is attempt 1'));
    this.want(went, 'what the model was sent at the second attempt did not hold the first');
  }
}

/** What became of an entry, in a line. */
function story(site, id) {
  const ended = site.eventsOf('run-ended').filter((event) => event.id === id);
  return (
    ended
      .map(({ role, cause, detail }) => `${role} ${cause}${detail === '' ? '' : ` (${detail.slice(0, 200)})`}`)
      .join(', ') || 'no run ended'
  );
}
