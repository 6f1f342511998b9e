import { callSummary } from '../agents/call-summary.ts';
import { asNumber, asObject, asText } from '../agents/output-line.ts';
import type { Printed } from '../agents/output-line.ts';
import type { KnownAgent } from './known-agents.ts';
import type { BridgeLine } from '../agents/acp/bridge-lines.ts';
import { mergeCall } from './permission.ts';
import type { Call } from './permission.ts';
import type { UsageTotal } from './usage-total.ts';

/** Text that has gathered is printed at a line end once it is this long, in characters. */
const MAX_TEXT_CHARS = 200;
/** ms after which text that has gathered is printed all the same. */
const QUIET = 1_000;
/** Longest input of a call that is printed, in characters. */
const LONGEST_INPUT = 20_000;

/**
 * Makes lines of `session/update` notifications; remembers each tool call. Read leniently: an update that isn't known
 * gives nothing.
 */
export class Updates {
  readonly #print: (line: BridgeLine) => void;
  readonly #usage: UsageTotal;
  readonly #calls = new Map<string, Call>();
  readonly #reported = new Set<string>();
  /** What the model has done since its last call was refused; null = none was. */
  #sinceRefusal: number | null = null;
  #gathered: { readonly acp: 'text' | 'thought'; text: string; readonly message: string } | null = null;
  #quiet: NodeJS.Timeout | undefined;
  /** While an old session is loaded, its updates repeat what was. */
  replaying = false;
  known: KnownAgent | null = null;

  constructor(print: (line: BridgeLine) => void, usage: UsageTotal) {
    this.#print = print;
    this.#usage = usage;
  }

  take(update: Printed): void {
    if (update['sessionUpdate'] === 'usage_update') return this.#cost(update);
    if (this.replaying) return;
    switch (update['sessionUpdate']) {
      case 'agent_message_chunk':
        this.#chunk('text', update);
        return;
      case 'agent_thought_chunk':
        this.#chunk('thought', update);
        return;
      case 'tool_call':
      case 'tool_call_update':
        this.#call(update);
        return;
      default:
    }
  }

  /** What is known of a call for which permission is asked. */
  asked(update: Printed): Call {
    const call = mergeCall(this.#calls.get(asText(update['toolCallId'])), update, this.known?.streamsInput);
    this.#calls.set(call.id, call);
    this.#tell(call);
    return call;
  }

  /** The call that was just asked for is refused. */
  refused(): void {
    this.#sinceRefusal = 0;
  }

  /** The last thing that happened was that a call was refused. */
  get endedRefused(): boolean {
    return this.#sinceRefusal === 0;
  }

  /** Prints what has gathered of the model's words. */
  flush(): void {
    clearTimeout(this.#quiet);
    const gathered = this.#gathered;
    this.#gathered = null;
    if (gathered !== null && gathered.text.trim() !== '')
      this.#print({ acp: gathered.acp, text: gathered.text.trim() });
  }

  #chunk(acp: 'text' | 'thought', update: Printed): void {
    const spent = asObject(asObject(update['_meta'])?.['usage']);
    if (spent !== null && this.known !== null) this.#usage.chunk(spent, this.known);
    const text = asText(asObject(update['content'])?.['text']);
    if (text === '') return;
    // Copilot's own remarks ("Info: Operation cancelled by user").
    if (!text.startsWith('Info: ')) this.#goesOn();
    const message = asText(update['messageId']);
    if (this.#gathered !== null && (this.#gathered.acp !== acp || this.#gathered.message !== message)) this.flush();
    this.#gathered ??= { acp, text: '', message };
    this.#gathered.text += text;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.flush(), QUIET);
    const end = this.#gathered.text.lastIndexOf('\n');
    if (end < MAX_TEXT_CHARS) return;
    const rest = this.#gathered.text.slice(end + 1);
    this.#gathered.text = this.#gathered.text.slice(0, end);
    this.flush();
    this.#gathered = { acp, text: rest, message };
  }

  #call(update: Printed): void {
    this.flush();
    const call = mergeCall(this.#calls.get(asText(update['toolCallId'])), update, this.known?.streamsInput);
    this.#calls.set(call.id, call);
    const status = asText(update['status']);
    // The input of a pending call may still be on its way.
    const isKnown = call.input !== null && (status !== 'pending' || !callSummary(call.input).startsWith('{'));
    if (isKnown || ['in_progress', 'completed', 'failed'].includes(status)) this.#tell(call);
  }

  #tell(call: Call): void {
    if (this.#reported.has(call.id)) return;
    this.#reported.add(call.id);
    this.#goesOn();
    this.flush();
    this.#print({
      acp: 'tool',
      name: toolName(call),
      kind: call.kind,
      summary: toolSummary(call),
      input: inputOf(call),
    });
  }

  #goesOn(): void {
    if (this.#sinceRefusal !== null) this.#sinceRefusal += 1;
  }

  #cost(update: Printed): void {
    const cost = asObject(update['cost']);
    const amount = asNumber(cost?.['amount']);
    if (amount !== undefined && asText(cost?.['currency']) === 'USD' && this.known !== null)
      this.#usage.cost(amount, this.known);
  }
}

/** What a call is called: the tool's own name, else its kind, else its title. */
export const toolName = ({ name, kind, title }: Call): string => {
  if (name !== '') return name;
  return kind === '' || kind === 'other' ? title : kind;
};

export function toolSummary(call: Call): string {
  const summary = callSummary(call.input) || callSummary(call.paths[0] === undefined ? null : { path: call.paths[0] });
  return summary === '' || summary.startsWith('{') ? callSummary({ path: call.title }) : summary;
}

const inputOf = ({ input, title, paths }: Call): string =>
  (input === null ? [title, ...paths].join(' ') : JSON.stringify(input)).slice(0, LONGEST_INPUT);
