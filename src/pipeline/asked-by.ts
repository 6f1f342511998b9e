import type { Trailer } from './action.ts';
import type { Request } from '../contract/request.ts';

/** The trailer that says who asked for it by a command. */
export const askedBy = ({ by: { name, email } }: Request, id: string): Trailer => ({
  name: 'Kanban-By',
  value: `${id} ${name} <${email}>`,
});
