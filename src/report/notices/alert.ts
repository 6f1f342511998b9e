import type { AlertFigure } from '../../contract/alert-figure.ts';
import { unreachable } from '../../unreachable.ts';
import { span } from '../span.ts';
import { dollars } from '../usage.ts';

/** An alert as a sentence, without a full stop. */
export function alertText({ alert, value, limit, within }: AlertFigure): string {
  switch (alert) {
    case 'stalled':
      return `${value} ${value === 1 ? 'run does' : 'runs do'} nothing`;
    case 'restarts':
      return `${value} runs ended before their work was done${within === null ? '' : ` within ${span(within)}`}`;
    case 'failed-landings':
      return `${value} landings failed in a row`;
    case 'cost':
      return `agents have used ${dollars(value)} today, more than ${dollars(limit)}`;
    case 'no-landing':
      return `nothing has landed for ${span(value)}, and runs are on`;
    case 'queue-age':
      return `an entry has been in the merge queue for ${span(value)}`;
    case 'queue-held':
      return `nothing may land for ${span(value)}: kanban queue`;
    case 'provider':
      return `agents have waited for their provider for ${span(value)}`;
    default:
      return unreachable(alert);
  }
}
