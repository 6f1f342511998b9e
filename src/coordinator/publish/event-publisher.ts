import { nameOfKey, type HoldKey } from '../../contract/hold.ts';
import { holdText } from '../../report/hold.ts';
import type { KanbanEvent, TimedEvent } from '../../contract/event.ts';
import type { Finding } from '../../preflight/finding.ts';
import type { Problem } from '../../problem.ts';
import type { View } from '../../contract/view.ts';
import type { Settings } from '../../workflow/settings.ts';
import type { Observation } from '../observe/observation.ts';
import { MessageWatch } from './message-watch.ts';
import { Notifier } from './notices/notifier.ts';
import { ReportedProblems } from './reported-problems.ts';
import { SharedEvents } from './shared-events.ts';
import * as messages from './messages.ts';

export interface EventPublisherDeps {
  readonly root: string;
  readonly view: View;
  /** The settings as they are now; undefined: none have been read yet. */
  readonly settings: () => Settings | undefined;
  /** An event reported a commit of our own. @param at epoch ms */
  readonly onCommit: (at: number) => void;
}

/** After this time the user is notified of a hold, ms. */
const NOTIFIED_AFTER = 60_000;

/** Reports what happens: to the view, to `.kanban/events.jsonl`, and to the targets of `notify` that ask for it. */
export class EventPublisher {
  readonly #deps: EventPublisherDeps;
  readonly #log: SharedEvents;
  readonly #messages: MessageWatch;
  readonly #reported = new Set<string>();
  readonly #problems = new ReportedProblems();
  /** What is held now, by the names of the keys. */
  readonly #holds = new Map<string, { readonly key: HoldKey; readonly why: string }>();
  /** Since when something has been held, for whatever reason (epoch ms); null = the user has been notified. */
  readonly #heldSince = new Map<string, number | null>();
  readonly #notifier: Notifier;
  #settings = { broken: '', text: '' };

  constructor(parts: EventPublisherDeps) {
    this.#deps = parts;
    this.#log = new SharedEvents(parts.root, () => parts.settings()?.keep.events ?? null);
    this.#messages = new MessageWatch(parts.root);
    this.#notifier = new Notifier({ root: parts.root, settings: parts.settings, emit: this.emit });
  }

  readonly emit = (event: KanbanEvent): void => {
    const timed: TimedEvent = { ...event, at: Date.now() };
    // A check and a push name a commit too; they made none.
    if ('commit' in event && !event.type.startsWith('check-') && event.type !== 'pushed') this.#deps.onCommit(timed.at);
    this.#show(this.#log.append(timed));
    this.#deps.view.event(timed);
    // A hold needs the user only if it lasts: see `remind`.
    if (event.type !== 'hold-changed') this.#notifier.notify(timed);
  };

  /** At each tick: shows the events that commands have added to the log, and reports the messages that agents got. */
  followCommands(): void {
    this.#show(this.#log.news());
    for (const event of this.#messages.news()) this.emit(event);
  }

  #show(events: readonly TimedEvent[]): void {
    for (const event of events) this.#deps.view.event(event);
  }

  /** Emits an event once for each key. */
  once(key: string, event: KanbanEvent): void {
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.emit(event);
  }

  finding({ message, fix }: Finding): void {
    const text = fix === undefined ? message : `${message}${/[.!?]$/.test(message) ? '' : '.'} Fix: ${fix}`;
    this.once(`finding ${message}`, { type: 'notice', message: text });
  }

  problem(problem: Problem): void {
    this.once(`problem ${problem.code} ${problem.message}`, { type: 'problem-found', problem });
  }

  /** A hold begins, changes its reason, or ends (null). @param passes it ends without the user */
  hold(key: HoldKey, why: string | null, passes = false): void {
    const name = nameOfKey(key);
    if ((this.#holds.get(name)?.why ?? null) === why) return;
    if (why === null) this.#holds.delete(name);
    else this.#holds.set(name, { key, why });
    if (why === null || passes) this.#heldSince.delete(name);
    else if (!this.#heldSince.has(name)) this.#heldSince.set(name, Date.now());
    this.emit(holdChanged(key, why));
  }

  /** At each tick: what has waited for a minute needs the user. @param now epoch ms */
  remind(now: number): void {
    for (const [name, since] of this.#heldSince) {
      const held = this.#holds.get(name);
      if (since === null || now - since < NOTIFIED_AFTER || held === undefined) continue;
      this.#heldSince.set(name, null);
      this.#notifier.notify({ ...holdChanged(held.key, held.why), at: now });
    }
  }

  /** Reports what is new in an observation: problems, settings, a rewritten base. */
  observed({ problems, settingsProblems, workflow, rewritten }: Observation): void {
    this.#reportSettings(settingsProblems, workflow.settings);
    this.#problems.keep(
      problems.filter((problem) => !settingsProblems.includes(problem)),
      (problem) => this.emit({ type: 'problem-found', problem }),
    );
    if (rewritten)
      this.emit({
        type: 'notice',
        message: messages.baseRewritten(workflow.settings.base),
      });
  }

  /** A broken edit of WORKFLOW.md leaves the last valid settings in effect; both the edit and its fix are reported. */
  #reportSettings(problems: readonly Problem[], settings: Settings): void {
    const broken = problems.map(({ message }) => message).join('\n');
    const text = JSON.stringify(settings);
    const before = this.#settings;
    if (broken !== '' && broken !== before.broken) this.emit({ type: 'settings-broken', problems });
    else if (broken === '' && (before.broken !== '' || (before.text !== '' && before.text !== text)))
      this.emit({ type: 'settings-changed' });
    this.#settings = { broken, text };
  }

  /** The last event has been emitted: delivers the notices that wait, for a few seconds at most. */
  close(): Promise<void> {
    return this.#notifier.close();
  }
}

const holdChanged = (key: HoldKey, why: string | null): KanbanEvent => ({
  type: 'hold-changed',
  ...key,
  what: holdText(key),
  why,
});
