import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';
import { describe, expect, it } from 'vitest';

/**
 * Where sentences may stand besides `messages.ts`. Each is a table whose rows are read as a whole, or a folder whose subject is
 * the wording. docs/architecture.md, "Words", explains it.
 */
const WORDED_ELSEWHERE: readonly (readonly [where: RegExp, why: string])[] = [
  [/^report\//, 'words data for people: that is its subject'],
  [/^commands\/table(?:\/|\.ts)/, 'the table of commands: a row holds its summary, options and examples'],
  [
    /^workflow\/(?:(?:operations\/)?schema|schema-parts|schema-roles|values|walk|roles)\.ts$/,
    'the schema: a key stands with its description',
  ],
  [/^ecosystems\//, 'the table of ecosystems: their files and commands'],
  [/^preflight\/checks\//, 'a check is one file: what it finds stands with the rule'],
  [
    /^(?:agents|workflow)\/document\.ts$|^commands\/program\/(?:commands|skill)-doc\.ts$/,
    'a page of the documentation',
  ],
  [/^commands\/completion\//, 'scripts of shells'],
  [/^commands\/completion\//, 'scripts that shells run'],
  [
    /^(?:commands\/mcp-report\.ts$|mcp\/(?:tools\/|schema|plan-entry|prompts))/,
    'descriptions of MCP tools, beside their schemas',
  ],
  [/^mcp\/(?:titles|prompt-texts)\.ts$/, 'what MCP clients list: resources and prompts'],
  [
    /^web\/page\/(?:keys\/key-table|entry\/actions|metrics\/figures)\.ts$/,
    'tables of the page: keys, actions, figures, each row with its name',
  ],
  [/^tui\/keys\.ts$/, 'the table of keys: a key stands with what it does'],
  [/^acp\/main\.ts$/, 'the usage line of a program of ours'],
];

/** Text that is no sentence of ours: what another program reads or prints. */
const FOREIGN: Readonly<Record<string, string>> = {
  'agents/gemini/output.ts': 'what the CLI prints',
  'agents/opencode/config.ts': 'its settings',
  'agents/opencode/output.ts': 'what the CLI prints',
  'agents/pi/conversation.ts': 'what the CLI prints',
  'agents/pi/extension.ts': 'a program',
  'agents/pi/message.ts': 'what the CLI prints',
  'board/parse/sections.ts': 'constructs of micromark',
  'commands/demo/demo-repository.ts': 'the subject of a commit',
  'coordinator/merge-queue/chain-cache.ts': 'the subject of a commit',
  'coordinator/merge-queue/check-brief.ts': 'the name of a committer',
  'coordinator/shared-state/compare-refs.ts': 'commands of git',
  'coordinator/shared-state/ref-writers.ts': 'commands of git',
  'git/git.ts': 'variables and commands of git',
  'landing/changelog/names.ts': 'what changelogs say',
  'pipeline/results/outside-commits.ts': 'what git writes into a revert',
  'preflight/command-line/first-program.ts': 'builtins of the shell',
  'runner/git/submodules.ts': 'a script',
  'web/page/keys/handle-keys.ts': 'selectors of CSS',
  'setup/guard-script.ts': 'a script',
  'setup/setup-commit.ts': 'a command to copy',
};

const ROOT = join(import.meta.dirname, '../src');
const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.tsx?$/.test(path))
  .toSorted();

const WORD = /^[("'`]?[A-Za-z][a-z'-]*[,.:;)"'`]?$/;
/** A command to copy, whose arguments may be words. */
const COMMAND = /^(?:git|kanban|echo|printf|cd|ls|df|npm|npx|bun|PATH=) /;

const isSentence = (text: string): boolean =>
  !COMMAND.test(text) && text.split(/\s+/).filter((part) => WORD.test(part)).length >= 3;

/** The sentences of a file. Not those of `throw new Error('…')`: that is a bug of ours, reported with its stack. */
function sentencesOf(file: string): string[] {
  const found: { readonly start: number; readonly text: string }[] = [];
  const bugs: { readonly start: number; readonly end: number }[] = [];
  const add = (start: number, text: string): void => void (isSentence(text) && found.push({ start, text }));
  const { program } = parseSync(file, readFileSync(join(ROOT, file), 'utf8'));
  new Visitor({
    Literal: ({ start, value }) => void (typeof value === 'string' && add(start, value)),
    JSXText: ({ start, value }) => add(start, value.trim()),
    TemplateLiteral: ({ start, quasis }) => add(start, quasis.map(({ value }) => value.cooked).join('…')),
    NewExpression: ({ callee, start, end }) =>
      void (callee.type === 'Identifier' && callee.name.endsWith('Error') && bugs.push({ start, end })),
  }).visit(program);
  return found
    .filter(({ start }) => !bugs.some((bug) => bug.start <= start && start < bug.end))
    .map(({ text }) => `${file}: ${text}`);
}

describe('sentences that users read', () => {
  it('stand in messages.ts of their folder', () => {
    const wrong = files
      .filter((file) => !/(?:^|\/)messages(?:-[a-z]+)?\.ts$/.test(file) && !(file in FOREIGN))
      .filter((file) => !WORDED_ELSEWHERE.some(([where]) => where.test(file)))
      .flatMap(sentencesOf);
    expect(wrong).toEqual([]);
  });

  it('names only exceptions that there are', () => {
    expect(Object.keys(FOREIGN).filter((file) => !files.includes(file) || sentencesOf(file).length === 0)).toEqual([]);
    expect(WORDED_ELSEWHERE.filter(([where]) => !files.some((file) => where.test(file)))).toEqual([]);
  });
});
