import { drawProblem, type Problem } from '../../../problem.ts';
import { hindrances } from '../../../report/queue/line.ts';
import { COORDINATOR, LIVE_MORE, PAGES } from '../messages.ts';
import { Drawing, type PictureName } from '../parts/pictures.tsx';
import { board, dialog, hadCoordinator, live, problems } from '../store/app.ts';

/** What stops the work or the page, under the header; nothing where all is well. */
export function Banners() {
  const head = board.head.value;
  if (head === null) return null;
  return (
    <div class="banners">
      {live.state.value === 'gone' && <Banner picture="gone" text={LIVE_MORE.gone} kind="bad" />}
      {problems.value.length > 0 && (
        <Banner
          picture={pictureOf(problems.value)}
          text={PAGES.unreadable.title}
          more={problems.value.map(drawProblem)}
          kind="bad"
        />
      )}
      {head.stops.map((stop) => (
        <Banner key={stop} picture="unreadable" text={firstLine(stop)} more={restOf(stop)} kind="bad" />
      ))}
      {head.coordinator === null && board.count.value.all > 0 && (
        <Banner
          picture={hadCoordinator.value ? 'gone' : 'no-coordinator'}
          text={hadCoordinator.value ? COORDINATOR.gone : COORDINATOR.none}
          action={[COORDINATOR.howTo, () => (dialog.value = { kind: 'start' })]}
        />
      )}
    </div>
  );
}

/** What is reported besides, under what needs the user. */
export function Notices() {
  const head = board.head.value;
  if (head === null) return null;
  const { stops, warningDetails, alerts = [] } = head;
  const own = warningDetails.filter(({ text, entries }) => entries.length === 0 && !stops.includes(text));
  const hinders = hindrances({ ...head, entries: board.version.value >= 0 ? board.entries : [] });
  return (
    <div class="banners">
      {own.map(({ text }) => (
        <Banner key={text} picture="settings" text={firstLine(text)} more={restOf(text)} />
      ))}
      {alerts.map(({ why, alert }) => (
        <Banner key={alert} picture="metrics" text={`alert: ${why}`} />
      ))}
      {hinders.map((text) => (
        <Banner key={text} picture="gone" text={text} />
      ))}
    </div>
  );
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';
const restOf = (text: string): string[] => (text.includes('\n') ? [text.slice(text.indexOf('\n') + 1)] : []);
const pictureOf = (found: readonly Problem[]): PictureName =>
  found.some(({ where }) => where?.file.startsWith('board/') === true) ? 'unreadable' : 'settings';

interface BannerProps {
  readonly picture: PictureName;
  readonly text: string;
  readonly more?: readonly string[];
  readonly kind?: 'bad';
  readonly action?: readonly [label: string, act: () => void];
}

function Banner({ picture, text, more = [], kind, action }: BannerProps) {
  return (
    <div class={`banner ${kind ?? ''}`} role={kind === 'bad' ? 'alert' : 'status'}>
      <Drawing name={picture} />
      <div class="banner-text">
        <p>{text}</p>
        {more.map((lines) => (
          <pre key={lines}>{lines}</pre>
        ))}
      </div>
      {action !== undefined && (
        <button type="button" onClick={action[1]}>
          {action[0]}
        </button>
      )}
    </div>
  );
}
