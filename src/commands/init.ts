import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ADAPTERS } from '../agents/index.ts';
import { detect, type Detected, type FoundAgent } from '../effects/detect.ts';
import { packageRoot } from '../effects/package-root.ts';
import { git, openRepository } from '../git/git.ts';
import { failed, ok, type Result } from '../problem.ts';
import { defaultSettings, parseWorkflow } from '../workflow/parse.ts';
import type { Settings } from '../workflow/settings.ts';
import { fillWorkflow } from './fill-workflow.ts';

export interface InitOptions {
  readonly cwd: string;
  /** `shell`, or one of the known agent CLIs; left out: the first that is installed, else `shell`. */
  readonly agent?: string;
  readonly base?: string;
  /** Writes nothing, says what it would. */
  readonly dryRun: boolean;
  /** On a terminal: asks which agent is to be used, if there are several. Given a question and its choices, answers one. */
  readonly ask?: (question: string, choices: readonly string[]) => Promise<string>;
  /** Where agent CLIs, their logins and keys are looked for; this process's own unless told. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface InitResult {
  readonly dryRun: boolean;
  /** Paths relative to the root; `appended` ones existed before. */
  readonly written: readonly { readonly path: string; readonly how: 'new' | 'appended' }[];
  readonly kept: readonly string[];
  /** What was read off the repository, in words. */
  readonly found: readonly string[];
  /** Commands and advice, in their order. */
  readonly nextSteps: readonly string[];
}

/**
 * `kanban init`: writes what is missing for a repository to have a kanban, and commits nothing. What exists is left as
 * it is, but for lines appended to .gitignore and .gitattributes.
 * @returns what was written, found and is to be done next; problems: no repository, no commits, an unknown agent, an
 *   existing WORKFLOW.md that can't be read
 */
export async function init(options: InitOptions): Promise<Result<InitResult>> {
  const opened = await openRepository(options.cwd);
  if (!opened.ok) return opened;
  const { root } = opened.value;
  const { stdout: any } = await git(['rev-list', '--all', '--max-count=1'], { cwd: root });
  if (any.trim() === '')
    return failed([
      {
        code: 'no-commits',
        message: 'The repository has no commit yet, and tasks start from one.',
        fix: 'git add -A && git commit -m "Start", then kanban init',
      },
    ]);
  const existing = await existingSettings(root);
  if (!existing.ok) return existing;
  const detected = await detect(root, (existing.value ?? defaultSettings()).board, options.env);
  const base = options.base ?? detected.base?.value;
  if (base === undefined && existing.value === null) return failed([NO_BASE]);
  const agent = await chooseAgent(options, detected);
  if (!agent.ok) return agent;
  const plan = await planFiles(root, { base: base ?? 'main', detected, agent: agent.value, existing: existing.value });
  if (!options.dryRun) for (const { path, text, how } of plan.files) await write(join(root, path), text, how);
  return ok({
    dryRun: options.dryRun,
    written: plan.files.map(({ path, how }) => ({ path, how })),
    kept: plan.kept,
    found: inWords(detected, agent.value, existing.value),
    nextSteps: await steps(root, plan.files, existing.value?.base ?? base ?? 'main', detected),
  });
}

const NO_BASE = {
  code: 'no-base',
  message: 'HEAD is detached, and no branch looks like the one that tasks should land on.',
  fix: 'kanban init --base <branch>, or git switch <branch> first',
};

/** The settings of a WORKFLOW.md that is there already; null = there is none. */
async function existingSettings(root: string): Promise<Result<Settings | null>> {
  const text = await readFile(join(root, 'WORKFLOW.md'), 'utf8').catch(() => null);
  if (text === null) return ok(null);
  const read = parseWorkflow(text, 'WORKFLOW.md');
  return read.ok ? ok(read.value.settings) : read;
}

async function chooseAgent({ agent, ask }: InitOptions, { agents }: Detected): Promise<Result<string>> {
  const known = ['shell', ...KNOWN];
  if (agent !== undefined && !known.includes(agent)) {
    return failed([
      {
        code: 'unknown-agent',
        message: `\`${agent}\` is no agent that init knows.`,
        fix: `one of: ${known.join(', ')}; any other program stands under \`agents\` in WORKFLOW.md`,
      },
    ]);
  }
  if (agent !== undefined) return ok(agent);
  const choices = [...agents.map(({ name }) => name), 'shell'];
  const answer = ask && choices.length > 1 ? await ask('Which agent shall do the work?', choices) : choices[0];
  return ok(choices.find((choice) => choice === answer) ?? 'shell');
}

/** Agent CLIs with an adapter of their own. */
const KNOWN = ADAPTERS.filter(({ cli }) => cli !== null).map(({ name }) => name);

interface FilePlan {
  readonly path: string;
  readonly text: string;
  readonly how: 'new' | 'appended';
}

interface Choices {
  readonly base: string;
  readonly detected: Detected;
  readonly agent: string;
  readonly existing: Settings | null;
}

async function planFiles(
  root: string,
  choices: Choices,
): Promise<{ readonly files: readonly FilePlan[]; readonly kept: readonly string[] }> {
  const from = packageRoot();
  const settings = choices.existing ?? defaultSettings();
  const copies: readonly (readonly [string, string])[] = [
    ['WORKFLOW.md', 'WORKFLOW.md'],
    ...['task.md', 'reviewer.md', 'tester.md'].map(
      (name) => [`prompts/${name}`, `${settings.prompts}/${name}`] as const,
    ),
    ...['TODO.md', 'IN_PROGRESS.md', 'REVIEW.md', 'TESTING.md'].map(
      (name) => [`board/${name}`, `${settings.board}/${name}`] as const,
    ),
  ];
  const files: FilePlan[] = [];
  const kept: string[] = [];
  for (const [source, path] of copies) {
    if (existsSync(join(root, path))) kept.push(path);
    else files.push({ path, text: fill(path, await readFile(join(from, source), 'utf8'), choices), how: 'new' });
  }
  const inside = !settings.worktrees.startsWith('/') && !settings.worktrees.startsWith('..');
  const ignored = await missingLines(root, '.gitignore', [...(inside ? [`${settings.worktrees}/`] : []), '.kanban/']);
  const attributes = await missingLines(root, '.gitattributes', [`${settings.board}/*.md diff=markdown`]);
  return { files: [...files, ...ignored, ...attributes], kept };
}

function fill(path: string, text: string, { base, detected, agent }: Choices): string {
  if (path.endsWith('/TODO.md')) {
    const prefix = detected.ids?.value[0] ?? 'T';
    return text.replaceAll('T-?', `${prefix}-?`);
  }
  if (path !== 'WORKFLOW.md') return text;
  return fillWorkflow(text, {
    base,
    ids: detected.ids?.value ?? ['T'],
    afterCreate: detected.afterCreate?.value ?? '',
    testerRun: detected.testerRun?.value ?? '',
    agent,
    // Those that are installed stand ready for an entry's `agent` field.
    agents: agentsWith(agent, detected.agents),
    tools: detected.tools,
  });
}

/** The one that was asked for goes first, installed or not. */
function agentsWith(agent: string, found: readonly FoundAgent[]): readonly FoundAgent[] {
  if (agent === 'shell') return found;
  const asked = found.find(({ name }) => name === agent) ?? { name: agent, title: agent, key: null, loggedOut: false };
  return [asked, ...found.filter(({ name }) => name !== agent)];
}

/** Lines that a file lacks, as one append; an entry without its slash counts too. */
async function missingLines(root: string, path: string, lines: readonly string[]): Promise<readonly FilePlan[]> {
  const text = await readFile(join(root, path), 'utf8').catch(() => null);
  const has = new Set((text ?? '').split(/\r?\n/).map((line) => line.trim().replace(/^\/|\/$/g, '')));
  const missing = lines.filter((line) => !has.has(line.replace(/^\/|\/$/g, '')));
  if (missing.length === 0) return [];
  const eol = text?.includes('\r\n') ? '\r\n' : '\n';
  const start = text !== null && text !== '' && !text.endsWith('\n') ? eol : '';
  return [{ path, text: start + missing.map((line) => line + eol).join(''), how: text === null ? 'new' : 'appended' }];
}

async function write(file: string, text: string, how: FilePlan['how']): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  // wx: a file that came meanwhile is a person's.
  if (how === 'new') await writeFile(file, text, { flag: 'wx' });
  else await appendFile(file, text);
}

function inWords(detected: Detected, agent: string, existing: Settings | null): readonly string[] {
  const { base, ids, afterCreate, testerRun, unlocked, agents } = detected;
  const lines = [
    base && `base: ${base.value} (${base.from})`,
    ids && `ids: ${ids.value.join(', ')} (${ids.from})`,
    afterCreate && `install: ${afterCreate.value} (${afterCreate.from})`,
    unlocked && 'dependencies, but no lock file in git: hooks.after_create and roles.tester.run are left empty',
    testerRun && `tests: ${testerRun.value} (${testerRun.from})`,
    agents.length > 0 ? `agents: ${agents.map(({ title }) => title).join(', ')}` : 'agents: none on the PATH',
    ...aboutLogins(agents),
    existing ? 'WORKFLOW.md is there: its settings stay as they are' : `agent of all roles: ${agent}`,
  ];
  return lines.filter((line): line is string => typeof line === 'string' && line !== '');
}

/** Which keys are passed on, to whom; and who can't speak to a provider, as far as it shows. */
function aboutLogins(agents: readonly FoundAgent[]): string[] {
  const keys = [...new Set(agents.flatMap(({ key }) => key ?? []))];
  const out = agents.filter(({ loggedOut }) => loggedOut).map(({ title }) => title);
  return [
    ...keys.map((key) => {
      const titles = agents.filter((agent) => agent.key === key).map(({ title }) => title);
      return `${key} is set, and no login of ${titles.join(', ')}: it is passed on, and billed`;
    }),
    ...(out.length === 0 ? [] : [`no login and no key are to be seen of ${out.join(', ')}`]),
  ];
}

async function steps(
  root: string,
  files: readonly FilePlan[],
  base: string,
  { head, testerRun }: Detected,
): Promise<readonly string[]> {
  const out: string[] = [];
  const exists = await git(['rev-parse', '--verify', '--quiet', `refs/heads/${base}`], { cwd: root, okExit: [0, 1] });
  if (exists.code !== 0) out.push(`git branch ${base} origin/${base}    # tasks land there, and it isn't here yet`);
  if (head !== base) out.push(`git switch ${base}    # the board counts where ${base} is checked out`);
  const paths = [
    ...new Set(files.map(({ path }) => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : path))),
  ];
  if (paths.length > 0) out.push(`git add ${paths.map(quoted).join(' ')} && git commit -m "kanban: set up"`);
  if (testerRun === null && files.some(({ path }) => path === 'WORKFLOW.md'))
    out.push('set roles.tester.run in WORKFLOW.md: no test command was found');
  out.push('kanban add "…", or write an entry into TODO.md, then: kanban run');
  return out;
}

const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
