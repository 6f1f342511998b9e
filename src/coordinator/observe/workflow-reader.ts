import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stillSince } from './still-since.ts';
import { git, type Repository } from '../../git/git.ts';
import { readBlob } from '../../git/objects/objects.ts';
import { readFollowing } from '../../system/plain-file.ts';
import { failed, ok, type Problem, type Result } from '../../problem.ts';
import { defaultSettings, parseWorkflow } from '../../workflow/parse.ts';
import type { Workflow } from '../../workflow/settings.ts';
import { notedBase } from './configured-base.ts';
import { GitStateReader, type GitState } from './git-state.ts';
import * as messages from './messages.ts';

export const WORKFLOW = 'WORKFLOW.md';

/**
 * ms for which a changed WORKFLOW.md must have been still. Most programs empty a file before they write it anew: an empty
 * one has no check, and what was tested would land unchecked.
 */
const STILL = { written: 300, empty: 2_000 };
/** A file that is written again and again is not waited for. */
const TRIES = 4;

interface Read {
  readonly workflow: Workflow;
  readonly view: GitState;
  /** A broken edit: the last good settings stay. */
  readonly problems: readonly Problem[];
}

/** Reads WORKFLOW.md where the board is read: in the checkout that has base, else at base's tip. */
export class WorkflowReader {
  readonly #repo: Repository;
  readonly viewer: GitStateReader;
  #good: { readonly text: string | null; readonly workflow: Workflow } | null = null;
  #broken: { readonly text: string; readonly problems: readonly Problem[] } | null = null;
  #parsed: { readonly text: string; readonly result: Result<Workflow> } | null = null;
  /** `base`, `ids` and `remote` change only while no entry is in work. */
  #pinned: Workflow | null = null;

  constructor(repo: Repository) {
    this.#repo = repo;
    this.viewer = new GitStateReader(repo);
  }

  /** Keeps `base`, `remote` and `ids` as they are while entries are in work. */
  pin(inWork: boolean): void {
    this.#pinned = inWork ? (this.#pinned ?? this.#good?.workflow ?? null) : null;
  }

  /** The last good settings. */
  get settings(): Workflow['settings'] | undefined {
    return this.#good?.workflow.settings;
  }

  /** @param fresh refs to be asked for afresh */
  async read(fresh: readonly string[] = []): Promise<Result<Read>> {
    // Listing the refs takes a process: the first time, the settings are read meanwhile.
    if (this.#good === null) void this.viewer.list();
    const guess = this.#good?.workflow.settings.base ?? (await this.#firstBase());
    const first = await this.viewer.read(guess, fresh);
    // Base is missing: the file that names it says so, and its settings are not replaced by the defaults.
    const text = (await this.#text(first)) ?? (first.base === null ? readText(join(this.#repo.root, WORKFLOW)) : null);
    const problems = this.#take(text);
    if (this.#good === null) return failed(problems);
    const workflow = this.#effective(this.#good.workflow);
    const view = workflow.settings.base === guess ? first : await this.viewer.read(workflow.settings.base, fresh);
    return ok({ workflow, view, problems });
  }

  /**
   * A file of the kanban's own (a prompt), read where the board is read. One that a sparse checkout leaves out is as base has
   * it; so is a WORKFLOW.md that is not on disk, for without it tasks would land unchecked.
   */
  async file(view: GitState, path: string): Promise<string | null> {
    const text = view.checkout === null ? null : readText(join(view.checkout.path, path));
    if (text !== null) return text;
    if (view.checkout !== null && path !== WORKFLOW && !(await this.#isLeftOut(view.checkout.path, path))) return null;
    return view.base === null ? null : ((await readBlob(this.#repo, view.base, path))?.toString() ?? null);
  }

  async #isLeftOut(checkout: string, path: string): Promise<boolean> {
    const { stdout } = await git(['--literal-pathspecs', 'ls-files', '-t', '--', path], {
      cwd: checkout,
      okExit: [0, 128],
    });
    return stdout.startsWith('S ');
  }

  /** By what `kanban init --base` has noted, for the main checkout has no WORKFLOW.md then; else by that file. */
  async #firstBase(): Promise<string> {
    const noted = notedBase(this.#repo);
    if (noted !== null && (await this.viewer.read(noted)).base !== null) return noted;
    const parsed = this.#parse(readText(join(this.#repo.root, WORKFLOW)) ?? '');
    return parsed.ok ? parsed.value.settings.base : defaultSettings().base;
  }

  /** What is being written this moment does not count yet: the last good text does. */
  async #text(view: GitState): Promise<string | null> {
    for (let tries = 0; ; tries += 1) {
      const text = await this.file(view, WORKFLOW);
      const left = this.#stirs(view, text);
      if (left <= 0) return text;
      const isEmpty = text?.trim() === '';
      if (this.#good !== null && (isEmpty || tries >= TRIES)) return this.#good.text;
      await pause(isEmpty ? 50 : left);
    }
  }

  /** ms until this text may count. The first one counts at once, unless it is empty. */
  #stirs({ checkout }: GitState, text: string | null): number {
    if (checkout === null || text === null || text === this.#good?.text || text === this.#broken?.text) return 0;
    const isEmpty = text.trim() === '';
    if (this.#good === null && !isEmpty) return 0;
    const now = Date.now();
    return (stillSince(join(checkout.path, WORKFLOW), now) ?? 0) + (isEmpty ? STILL.empty : STILL.written) - now;
  }

  #take(text: string | null): readonly Problem[] {
    if (this.#good !== null && text === this.#good.text) return ((this.#broken = null), []);
    if (text === null) {
      if (this.#good !== null) return [GONE];
      this.#good = { text, workflow: { settings: defaultSettings(), rules: '' } };
      return [];
    }
    if (this.#broken?.text === text) return this.#broken.problems;
    const parsed = this.#parse(text);
    if (parsed.ok) {
      this.#good = { text, workflow: parsed.value };
      this.#broken = null;
      return [];
    }
    this.#broken = { text, problems: parsed.error };
    return parsed.error;
  }

  #parse(text: string): Result<Workflow> {
    if (this.#parsed?.text !== text) this.#parsed = { text, result: parseWorkflow(text, WORKFLOW) };
    return this.#parsed.result;
  }

  #effective(read: Workflow): Workflow {
    if (this.#pinned === null) return read;
    const { base, remote, ids } = this.#pinned.settings;
    return { ...read, settings: { ...read.settings, base, remote, ids } };
  }
}

function readText(path: string): string | null {
  try {
    return readFollowing(path)?.toString('utf8') ?? null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

const GONE = messages.settingsMissing(WORKFLOW);
