import type { View } from '../contract/view.ts';
import type { Repository } from '../git/git.ts';
import { AlertWatch } from '../pipeline/alerts.ts';
import { cleanUpOf } from '../pipeline/failures.ts';
import { createRunnerPool, type RunnerPool } from '../runs/runner-pool.ts';
import { BaseBranch } from './base-branch.ts';
import { ChangeWatcher } from './change-watcher.ts';
import { Control } from './control.ts';
import { RunLauncher } from './launch/run-launcher.ts';
import { RunMonitor } from './launch/run-monitor.ts';
import { Maintenance } from './maintenance.ts';
import { Retention } from './retention.ts';
import * as messages from './messages.ts';
import { Observer } from './observe/observer.ts';
import { Branches } from './perform/branches.ts';
import { FailureRegister } from './perform/failure-register.ts';
import { Preflight, remoteAnswerOf } from './preflight/preflight-runner.ts';
import { ErrorLog } from './publish/error-log.ts';
import { EventPublisher } from './publish/event-publisher.ts';
import { SnapshotPublisher } from './publish/snapshot-publisher.ts';
import { SharedWatch } from './shared-state/shared-watch.ts';
import { SAFETY_TICK_MS } from './waits.ts';
import { Waker } from './waker.ts';

/** Warm runners at most. */
const MAX_RUNNERS = 6;

export interface CoordinatorOptions {
  readonly repo: Repository;
  readonly view: View;
  /** The runner's program. */
  readonly runnerFile: string;
  readonly untilDone: boolean;
  /** ms that `--until-done` waits at most for times (backoff, provider); null = as long as it takes. */
  readonly maxWait: number | null;
  readonly only: ReadonlySet<string> | null;
  /** Uncommitted files stop nothing. */
  readonly allowsDirty?: boolean;
}

/** The members of a coordinator, wired to each other. */
export interface Members {
  readonly options: CoordinatorOptions;
  readonly repo: Repository;
  readonly waker: Waker;
  readonly watcher: ChangeWatcher;
  readonly publisher: EventPublisher;
  readonly snapshots: SnapshotPublisher;
  readonly errors: ErrorLog;
  readonly observer: Observer;
  readonly failures: FailureRegister;
  readonly branches: Branches;
  readonly pool: RunnerPool;
  readonly shared: SharedWatch;
  readonly launcher: RunLauncher;
  readonly monitor: RunMonitor;
  readonly baseBranch: BaseBranch;
  readonly preflight: Preflight;
  readonly control: Control;
  readonly maintenance: Maintenance;
  readonly retention: Retention;
}

export function createMembers(options: CoordinatorOptions): Members {
  const { repo } = options;
  const { root } = repo;
  const waker = new Waker();
  const wake = (): void => waker.wake();
  const observer = new Observer(repo);
  const publishing = createPublishing(options, observer, wake);
  const { publisher, notice } = publishing;
  const { emit } = publisher;
  const failures = new FailureRegister((what, why) => publisher.hold({ on: 'action', what }, why));
  const branches = new Branches(repo, emit, (id, failure) => {
    if (failure === null) failures.done(cleanUpOf(id));
    else failures.failed(cleanUpOf(id), failure, Date.now());
    wake();
  });
  const pool = createRunnerPool({
    runnerFile: options.runnerFile,
    root,
    capacity: MAX_RUNNERS,
    onEnded: (runId) => {
      launcher.returned(runId);
      wake();
    },
  });
  const shared = new SharedWatch(repo, emit);
  const launcher: RunLauncher = new RunLauncher({ observer, pool, emit, shared, wake });
  const monitor = new RunMonitor({ root, observer, launcher, publisher, failures, wake });
  const baseBranch = new BaseBranch({ repo, pool, failures, emit, wake });
  const remoteAnswer = () => (baseBranch.remoteFacts === null ? null : remoteAnswerOf(baseBranch.remoteFacts));
  const preflight = new Preflight(observer, remoteAnswer, options.allowsDirty);
  const runs = () => ({ alive: monitor.alive, starting: launcher.starting.map(({ id }) => id) });
  return {
    options,
    repo,
    waker,
    watcher: publishing.watcher,
    publisher,
    snapshots: new SnapshotPublisher(root, options.view, publishing.alerts),
    errors: new ErrorLog(root, notice),
    observer,
    failures,
    branches,
    pool,
    shared,
    launcher,
    monitor,
    baseBranch,
    preflight,
    control: new Control({ root, publisher, failures, runs, resume: () => baseBranch.resume(), wake }),
    maintenance: publishing.maintenance,
    retention: new Retention(root, (error) => notice('retention', messages.oldRunsNotRemoved(error))),
  };
}

/** Events, and what follows from each commit of ours. */
function createPublishing({ repo: { root }, view }: CoordinatorOptions, observer: Observer, wake: () => void) {
  const notice = (key: string, message: string): void => publisher.once(key, { type: 'notice', message });
  const watcher = new ChangeWatcher(wake, (error) =>
    notice(`watch ${error}`, messages.notWatched(SAFETY_TICK_MS, error)),
  );
  const maintenance = new Maintenance(root, (error) => notice('maintenance', messages.maintenanceFailed(error)));
  const alerts = new AlertWatch(Date.now());
  const watch: View['event'] = (event) => {
    alerts.record(event);
    view.event(event);
  };
  const publisher = new EventPublisher({
    root,
    view: { event: watch, snapshot: (shown) => view.snapshot(shown), close: () => view.close() },
    settings: () => observer.workflow.settings,
    onCommit: (at) => {
      maintenance.committed();
      watcher.wrote(at);
    },
  });
  return { publisher, watcher, maintenance, notice, alerts };
}
