import type { AgentSettings } from '../workflow/settings.ts';
import type { Role } from '../workflow/roles.ts';
import type { AgentCommand, Allowance, Brief, ShellPlan, Inject, TestCommand } from '../contract/brief.ts';
import type { AgentEvent } from '../contract/agent-event.ts';

/** What an adapter is given to build a command from; paths are absolute. */
export interface AgentRun {
  readonly runId: string;
  readonly taskId: string;
  readonly role: Role;
  readonly purpose: 'work' | 'mend';
  readonly settings: AgentSettings;
  readonly model: string | null;
  readonly worktree: string;
  readonly promptFile: string;
  readonly report: string;
  readonly gitDir: string;
  readonly gitCommonDir: string;
  /** For `shell`: the entry's block and globs, and the role's `run`. */
  readonly script: string | null;
  readonly files: readonly string[];
  readonly roleRun: string;
  /** For the `shell` tester: globs with their commands. */
  readonly tests?: readonly TestCommand[];
  /** The agent's own session: one to continue with, or, where `capabilities.names`, the id for a new one. */
  readonly session: { readonly id: string; readonly resume: boolean } | null;
  /** The run's own private folder; `plan.files` are written there. */
  readonly folder: string;
  /** The user's checkout. */
  readonly root: string;
  readonly mcp: McpServer;
  /** Program and first arguments of the ACP bridge (src/acp/main.ts); only the `acp` adapter starts it. */
  readonly bridge?: readonly string[];
  /** What caps leave for the run, for agents that take it; the runner ends the others. */
  readonly allowance: Allowance | null;
  /** The coordinator is root. */
  readonly isRoot: boolean;
}

/** The MCP server with the `report` tool, named `kanban`, on stdio. It needs no environment. */
export interface McpServer {
  readonly command: string;
  readonly args: readonly string[];
}

/** What is to be started. */
export type AgentPlan =
  | {
      readonly command: AgentCommand;
      readonly shell: null;
      readonly env: Readonly<Record<string, string>>;
      /** Files that the agent is to find in `AgentRun.folder`, by name. */
      readonly files?: Readonly<Record<string, string>>;
    }
  | { readonly command: null; readonly shell: ShellPlan; readonly env: Readonly<Record<string, string>> };

/** How the adapter reads an ended agent, where git and the report do not decide already. */
export type AgentReading =
  /** `detail`: what went wrong, if the agent said so. */
  | { readonly kind: 'ended'; readonly detail?: string }
  | { readonly kind: 'provider'; readonly until?: number; readonly detail: string }
  /** `though`: also of a run that has committed something. */
  | { readonly kind: 'not-started'; readonly detail: string; readonly though?: 'worked' }
  /** It needs a login or a key. */
  | { readonly kind: 'login'; readonly detail: string }
  /** The session that was to continue is gone. */
  | { readonly kind: 'no-session'; readonly detail: string };

/** What a line of output means. */
export interface ParsedOutput {
  readonly events: readonly AgentEvent[];
  /** Lines to be written to its stdin in answer; only with `stdin: 'dialogue'`. */
  readonly write?: readonly string[];
  /** The agent has done its turn: its stdin is closed, and it is to end. Only with `stdin: 'dialogue'`. */
  readonly over?: boolean;
}

/**
 * One agent's output, read line by line, in order; keeps what it needs to understand the next line. Pure: it is given
 * the time (epoch ms), and what it has to say to the agent it returns.
 */
export interface Conversation {
  /** Unknown lines and lines that are no JSON give no events; never throws. */
  receive(line: string, now: number): ParsedOutput;
  /** Lines for stdin at the start. Only with `stdin: 'dialogue'`. */
  open?(): readonly string[];
  /**
   * A message for the active turn, as lines for stdin. null: it can't be taken now (no turn yet, or none any more);
   * it is offered again. Only where `capabilities.inject` is `live`.
   */
  send?(text: string): readonly string[] | null;
}

/** What a CLI is, beside how it is run: for `init`, `doctor` and docs/agents.md. Plain data. */
export interface Cli {
  readonly title: string;
  /** As it is called on the PATH. */
  readonly program: string;
  /** Its npm package, for the hint how to install it; null = not on npm. */
  readonly npm: string | null;
  /** Lowest Node that its current version runs on; null = it brings its own. */
  readonly node: string | null;
  /** Versions with which `npm run test:agents` passed, oldest first. */
  readonly measured: readonly string[];
  /** Environment variables that hold an API key; passed on only if `agents.<name>.env` names them. The usual one first. */
  readonly keys: readonly string[];
  /** Its own settings in the environment (no secrets): passed on without being named. */
  readonly passes: readonly string[];
  /**
   * Files that show a login, as `<VARIABLE>/path` where the variable names its folder, or `~/path`; any of them is
   * enough. A variable that isn't set: that place is left out.
   */
  readonly logins: readonly string[];
  /** How the user logs in, or gives a key, in a sentence. */
  readonly login: string;
  /** What the switches open up, in a sentence each; `narrow` null = it has no narrow form that can still commit and test. */
  readonly permissions: { readonly narrow: string | null; readonly full: string };
}

/** What a conversation knows of its run. */
export interface ConversationContext {
  readonly brief: Brief;
  readonly prompt: string;
}

/** What one kind of agent looks like from outside. Pure: no clock, no disk, no processes. */
export interface Adapter {
  readonly name: string;
  /** Can it change code by judgement? `shell` cannot, so its failed tests are fixed by another role's agent. */
  readonly canFix: boolean;
  /** null: a program that we know nothing of (`command`, `acp`), or none at all (`shell`). */
  readonly cli: Cli | null;
  /** The command line that users are shown: of the plan, or as they wrote it themselves; none: no program is started. */
  readonly shownCommand: 'planned' | 'as-written' | 'none';
  /** Arguments, after its command, that make it speak the Agent Client Protocol to our bridge. */
  readonly protocolArguments?: readonly string[];
  /** Its sandbox binds folders of the git dir that must be there before it starts. */
  readonly needsSandboxPlaces?: true;
  readonly capabilities: {
    /** Continues with its own session: always, only after a run that ended by itself, or never. */
    readonly resume: 'always' | 'after-end' | 'never';
    /** It takes the id of a new session from us. */
    readonly names: boolean;
    /** How a message reaches a run. */
    readonly inject: Inject;
    /** It starts MCP servers that we name. */
    readonly mcp: boolean;
    /** Can it be given to these roles? */
    readonly roles: readonly Role[];
  };
  plan(run: AgentRun): AgentPlan;
  /** Begins to listen to an agent; null: its output is only text, and isn't read line by line at all. */
  readonly startConversation: ((talk: ConversationContext) => Conversation) | null;
  /** @param tail its last lines of output; @param events its last 200 events; @param now epoch ms */
  outcome(
    exit: { readonly code: number | null; readonly signal: string | null },
    tail: string,
    events: readonly AgentEvent[],
    now: number,
  ): AgentReading;
}
