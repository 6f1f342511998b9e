import { COMPACT_ROWS, HELP_PLACES, HELP_TITLE, SEARCH_HELP } from '../messages.ts';
import { keyName, KEYS, type KeyPlace } from '../keys/key-table.ts';
import { isReadOnly } from '../store/app.ts';
import { density, setDensity } from '../store/density.ts';
import { Modal } from './modal.tsx';

const PLACES = Object.entries(HELP_PLACES) as [KeyPlace, string][];

/** The key table, as it is. */
export const HelpDialog = () => (
  <Modal title={HELP_TITLE} size="wide">
    <div class="help-keys">
      {PLACES.map(([place, title]) => (
        <section key={place}>
          <h3>{title}</h3>
          <dl>
            {KEYS.filter((row) => row.place === place && !(row.changes === true && isReadOnly.value)).map(
              ({ command, keys, what }) => (
                <div key={command}>
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key}>{keyName(key)}</kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ),
            )}
          </dl>
        </section>
      ))}
      <p>{SEARCH_HELP}</p>
      <label class="row density">
        <input
          type="checkbox"
          checked={density.value === 'compact'}
          onChange={({ currentTarget }) => setDensity(currentTarget.checked ? 'compact' : 'normal')}
        />
        {COMPACT_ROWS}
      </label>
    </div>
  </Modal>
);
