import { git } from '../git/git.ts';

/** Some five loose objects a commit; git packs from 6,700 on. */
const COMMITS_BEFORE_MAINTENANCE = 1_000;

/** Plumbing never packs what it writes, as `git commit` does now and then: git is asked to after many commits. */
export class Maintenance {
  readonly #root: string;
  readonly #onError: (error: unknown) => void;
  #commits = 0;

  constructor(root: string, onError: (error: unknown) => void) {
    this.#root = root;
    this.#onError = onError;
  }

  committed(): void {
    this.#commits += 1;
  }

  /** To be called when idle. */
  runIfDue(): void {
    if (this.#commits < COMMITS_BEFORE_MAINTENANCE) return;
    this.#commits = 0;
    git(['maintenance', 'run', '--auto', '--quiet'], { cwd: this.#root }).catch(this.#onError);
  }
}
