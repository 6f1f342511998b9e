import type { PlainStream } from './plain-stream.ts';
import type { ExitCode } from './exit-codes.ts';

/** The world outside, as far as a command may touch it. Results go to stdout, problems to stderr. */
export interface Io {
  readonly cwd: string;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: PlainStream;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** stdout is a terminal. */
  readonly isTTY: boolean;
  /** Columns of the terminal; undefined where stdout is none. */
  readonly columns: number | undefined;
}

export interface ParsedArgs {
  /** In their order, as typed. */
  readonly args: readonly string[];
  /**
   * By the option's name in camel case: `maxWait`. A switch is `true`; a count, a duration (ms) and a moment (epoch ms)
   * are numbers; a list is what was given, in its order; all else is text. What was not given is absent.
   */
  readonly options: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** A command's default export. It prints what it has to say and returns its exit code; a throw is a bug. */
export type Command = (args: ParsedArgs, io: Io) => Promise<ExitCode>;

export interface OptionSpec {
  /** As commander reads it: `--why <reason>`. */
  readonly flags: string;
  /** Its short form: a letter for `-m`. */
  readonly short?: string;
  readonly summary: string;
  /** What stands behind it (`list`: text, may be given several times); left out: text, or a switch where the flags take no value. */
  readonly kind?: 'count' | 'duration' | 'since' | 'list';
  readonly required?: boolean;
  /** The greatest count. */
  readonly most?: number;
  /** The shortest duration, ms; the smallest count, 1 where it is left out. */
  readonly least?: number;
  /** The option without which this one has no meaning: `--until-done`. */
  readonly needs?: string;
  /** Options that it cannot be combined with. */
  readonly conflicts?: readonly string[];
  /** The values that it may have. */
  readonly choices?: readonly string[];
  /** A former name: understood, but not listed. */
  readonly hidden?: boolean;
  /** What a shell completes for its value, where `choices` do not say. */
  readonly completes?: Completes;
}

/** Task ids, names of agents, commands of kanban, files, or these words. */
export type Completes = 'ids' | 'agents' | 'commands' | 'files' | readonly string[];

/** One row of the command table. */
export interface CommandSpec {
  readonly name: string;
  readonly group: string;
  readonly summary: string;
  readonly args: readonly {
    readonly name: string;
    /** `words`: one text, with or without quotes. */
    readonly form: 'required' | 'optional' | 'any-number' | 'words';
    readonly summary: string;
    /** What a shell completes for it; absent: nothing, or ids where it is named `id`. */
    readonly completes?: Completes;
  }[];
  readonly options: readonly OptionSpec[];
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** What `--json` prints, key by key, for docs/commands.md. */
  readonly json?: readonly (readonly [key: string, meaning: string])[];
  /** Not for people: left out of `kanban --help`. */
  readonly hidden?: true;
  /** It continues when whoever reads its output is gone. */
  readonly outlivesReader?: true;
  readonly load: () => Promise<{ readonly default: Command }>;
}
