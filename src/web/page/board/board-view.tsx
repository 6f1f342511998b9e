import { useEffect } from 'preact/hooks';
import { COLUMNS } from '../../../board/entry.ts';
import { CLEAR_SEARCH, PAGES } from '../messages.ts';
import { Picture } from '../parts/pictures.tsx';
import { board } from '../store/app.ts';
import { isCompact } from '../store/density.ts';
import { go, route } from '../store/route.ts';
import { Column, COLUMN_TITLE } from './column.tsx';
import { watchDrags } from './drag.ts';
import { Landed } from './landed.tsx';

export function BoardView() {
  useEffect(watchDrags, []);
  const { all, fit } = board.count.value;
  const isFiltered = route.value.q !== '';
  return (
    <div class={`board${isCompact.value ? ' compact' : ''}`}>
      <nav class="column-tabs" aria-label="Columns">
        {COLUMNS.map((column) => (
          <button key={column} type="button" onClick={() => show(column)}>
            {COLUMN_TITLE[column]} <span class="count">{board.columns[column].value.entries.length}</span>
          </button>
        ))}
      </nav>
      <div class="columns">
        {COLUMNS.map((column) => (
          <Column key={column} column={column} />
        ))}
        <Landed />
      </div>
      {all === 0 && <Picture name="empty" {...PAGES.empty} />}
      {all > 0 && fit === 0 && isFiltered && (
        <Picture name="no-fit" {...PAGES.noFit}>
          <button type="button" onClick={() => go({ q: '' })}>
            {CLEAR_SEARCH}
          </button>
        </Picture>
      )}
    </div>
  );
}

const show = (column: string): void =>
  document.querySelector(`[data-column="${column}"]`)?.scrollIntoView({ inline: 'start', block: 'nearest' });
