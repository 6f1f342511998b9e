// What `kanban metrics` prints.

export const NOTHING = 'nothing has landed, failed or been abandoned in this period';
export const SECONDS_NOTE = 'Times are from commits, in whole seconds.';
export const RUNS = 'recorded runs';
export const RUNS_NOTE =
  'Recorded runs are those whose result is in a commit; kanban summary also counts runs that were stopped or lost, or could not start.';
export const heading = (base: string, commits: number, period: string): string =>
  `${base}: ${period} · ${commits} commits in its history`;
/** @param moment what `--since` says */
export const since = (moment: string): string => `since ${moment}`;
export const landings = (landed: number, perDay: string, byHand: number): string =>
  `${landed} (${perDay} a day${byHand === 0 ? '' : `, ${byHand} by hand`})`;
export const spreadText = (p50: string, p90: string): string => `half below ${p50}, nine tenths below ${p90}`;
export const runsText = (count: number, failed: number): string => `${count}, ${failed} failed`;
export const NOT_REPORTED = 'not reported';
export const NO_EVENTS =
  'no data on messages, restarts, checks and contention: the log of events in .kanban/ has nothing of this period';
/** @param when the oldest event */
export const eventsSince = (when: string): string =>
  `Messages, restarts, checks and contention are from the log of events in .kanban/, since ${when}.`;
export const messagesText = (sent: number, latency: string, deepest: number): string =>
  `${sent}, ${latency}; at most ${deepest} waited at once`;
/** @param causes `2 lost`, `1 provider` */
export const restartsText = (count: number, perHour: string, causes: readonly string[]): string =>
  `${count} (${perHour} an hour${causes.length === 0 ? '' : `: ${causes.join(', ')}`})`;
export const checksText = (count: number, failed: number, latency: string): string =>
  `${count}, ${failed} failed, ${latency}`;
export const contentionText = (culprits: number, times: number, total: string): string =>
  `${culprits} sent back by the check; landings held ${times} times, ${total} in all`;
/** @param ratio 1.2: it took 1.2 times as long as estimated */
export const estimateText = (count: number, p50: string, p90: string): string =>
  `${count}: half took at most ${p50} times as long, nine tenths at most ${p90} times`;
export const IN_THE_QUEUE = 'in the queue';
export const PROVIDER_WAITS = '  waits for provider';
export const NO_DATA = 'no data: the log of events in .kanban/ has nothing of this period';
export const depthText = (queue: number, batch: number): string => `${queue}, ${batch} of them in the batch`;
export const perHour = (landed: number, rate: string): string => `${landed} (${rate} an hour)`;
export const REVIEWS_A_LANDING = 'reviews a landing';

/** What each figure for Prometheus is. */
export const HELP = {
  landed: 'Entries that landed.',
  abandoned: 'Entries that were abandoned.',
  undone: 'Landings that were taken back.',
  escalated: 'Times that the user was needed.',
  runs: 'Recorded runs, by role, agent and how they ended.',
  failed_runs: 'Recorded runs whose result was not accepted.',
  tokens: 'Input and output tokens.',
  cost: 'US dollars, as far as agents report them.',
  cycle_time: 'From the first start to the landing.',
  queue_wait: 'From the test to the landing.',
  run_duration: 'How long recorded runs took.',
  entries: 'Entries of the board, by column and state.',
  provider_hold: 'Entries that wait for the provider of their agent.',
  provider_wait: 'How long of that agents waited for their provider.',
} as const;
