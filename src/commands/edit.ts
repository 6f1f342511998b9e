import { text as readAll } from 'node:stream/consumers';
import type { Rewrite } from '../board/edit/rewrite-entry.ts';
import { inspectEntry } from '../coordinator/inspect/inspect-entry.ts';
import { fieldKey } from '../board/parse/fields.ts';
import { failed, ok, type Result } from '../problem.ts';
import { hasHidden, plainText } from '../plain-text.ts';
import { plain } from '../report/plain.ts';
import { printReply, textOf } from './program/ask.ts';
import type { Io, ParsedArgs } from './program/command.ts';
import type { ExitCode } from './program/exit-codes.ts';
import { editWhole } from './read/edit-whole.ts';
import { rewrite } from './read/rewrite.ts';
import * as messages from './messages.ts';

/** Fields that a hand edit cannot set either. */
const OURS: ReadonlySet<string> = new Set(['attempts', 'reviewed', 'tested']);

/** `kanban edit <id>`: its whole text in an editor or from stdin, or parts of it by name. */
export default async function run({ args, options }: ParsedArgs, io: Io): Promise<ExitCode> {
  const [taskId = '', from] = args;
  const change = await changeOf(options, from);
  const edited = !change.ok
    ? change
    : change.value === null
      ? await editWhole(io, taskId, from === undefined ? null : await readAll(process.stdin))
      : await rewrite(io, taskId, change.value);
  // As `add`: what would keep the entry from being worked on, where its text is another one now.
  const isPart = change.ok && change.value !== null && change.value.body === undefined;
  const isWritten = !isPart && edited.ok && edited.value.ok && edited.value.commit !== undefined;
  const findings = isWritten && io.env['KANBAN_RUN_ID'] === undefined ? await inspectEntry(io.cwd, taskId) : [];
  return printReply(io, options, { taskId, findings }, edited);
}

/** What is set by name; null: nothing is. */
async function changeOf(options: ParsedArgs['options'], from: string | undefined): Promise<Result<Rewrite | null>> {
  const { title, body, field = [] } = options;
  const pairs = Array.isArray(field) ? field : [];
  const isNamed = title !== undefined || body !== undefined || pairs.length > 0;
  if (from !== undefined && (from !== '-' || isNamed))
    return failed([{ code: 'edit-usage', message: from === '-' ? messages.STDIN_IS_ALL : messages.onlyStdin(from) }]);
  if (!isNamed) return ok(null);
  const fields = fieldsOf(pairs);
  return fields.ok ? named({ title, body }, fields.value) : fields;
}

async function named(
  { title, body }: Readonly<Record<'title' | 'body', ParsedArgs['options'][string] | undefined>>,
  fields: Readonly<Record<string, string>>,
): Promise<Result<Rewrite>> {
  const heading = plain(textOf(title));
  if (title !== undefined && heading === '') return failed([{ code: 'no-title', message: messages.NO_TITLE }]);
  return ok({
    ...(title === undefined ? {} : { title: heading }),
    ...(body === undefined ? {} : { body: plainText(body === '-' ? await readAll(process.stdin) : textOf(body)) }),
    fields,
  });
}

function fieldsOf(pairs: readonly string[]): Result<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const pair of pairs) {
    const [, name = '', value = ''] = /^([A-Za-z][\w. -]*?)\s*[=:]([^]*)$/.exec(pair) ?? [];
    const key = fieldKey(name);
    if (key === '') return failed([{ code: 'no-field', message: messages.notAField(pair) }]);
    if (OURS.has(key)) return failed([{ code: 'field-of-kanban', message: messages.ourField(key) }]);
    if (hasHidden(value)) return failed([{ code: 'control-characters', message: messages.hiddenInField(key) }]);
    fields[key] = value.trim();
  }
  return ok(fields);
}
