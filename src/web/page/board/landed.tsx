import { LANDED_TODAY, landedText, landingsAnHour, NOTHING_LANDED } from '../messages.ts';
import { clock, landed, now } from '../store/app.ts';
import { hrefTo } from '../store/route.ts';
import type { Landing } from '../store/landings.ts';

/** What has landed since midnight, newest first, with landings an hour. */
export function Landed() {
  const list = landed.value ?? [];
  const inLastHour = list.filter(({ at }) => at > now.value - HOUR_MS).length;
  const words = landedText(list.length, inLastHour);
  return (
    <section class="landed" aria-labelledby="column-landed">
      <header>
        <h2 id="column-landed">{LANDED_TODAY}</h2>
        <span class="count">{list.length}</span>
        {list.length > 0 && (
          <span class="about" title={words}>
            {landingsAnHour(inLastHour)}
          </span>
        )}
      </header>
      {list.length > 0 && <Hours list={list} words={words} />}
      <ul class="rows scroller" aria-label={LANDED_TODAY} tabIndex={list.length > 0 ? 0 : -1}>
        {list.map(({ id, title, at, commit }) => (
          <li key={commit + id}>
            <a href={hrefTo({ entry: { id, tab: 'text' } })} class="landing" title={title}>
              <span class="title">{title}</span>
              <span class="meta">
                <span class="id">{id}</span>
                <span class="sha">{commit.slice(0, 7)}</span>
                <span class="facts">
                  <span class="time">{clock(at)}</span>
                </span>
              </span>
            </a>
          </li>
        ))}
        {list.length === 0 && landed.value !== null && <li class="nothing">{NOTHING_LANDED}</li>}
      </ul>
    </section>
  );
}

const HOURS = 12;
const HOUR_MS = 3_600_000;

/** Landings in each of the last hours. */
function Hours({ list, words }: { list: readonly Landing[]; words: string }) {
  const last = Math.floor(now.value / HOUR_MS);
  const counts = Array.from({ length: HOURS }, (_, index) => {
    const hour = last - (HOURS - 1 - index);
    return list.filter(({ at }) => Math.floor(at / HOUR_MS) === hour).length;
  });
  const most = Math.max(1, ...counts);
  return (
    <svg class="hours" viewBox={`0 0 ${HOURS * 8} 24`} role="img" aria-label={words} preserveAspectRatio="none">
      <title>{words}</title>
      {counts.map((count, index) => {
        const height = count === 0 ? 1 : (count / most) * 22;
        return (
          <rect
            key={index}
            x={index * 8 + 1}
            y={24 - height}
            width="6"
            height={height}
            rx="1"
            class={count === 0 ? 'none' : ''}
          />
        );
      })}
    </svg>
  );
}
