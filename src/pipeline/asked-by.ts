import type { Trailer } from './action.ts';
import type { Request } from '../contract/request.ts';

/**
 * The trailers that name who asked for it, by which surface if by none of the commands, and whether they gave a reason: then
 * the body of the commit is that reason.
 */
export function askedBy({ by: { name, email }, via, why }: Request, id: string): Trailer[] {
  const by: Trailer = { name: 'Kanban-By', value: `${id} ${name} <${email}>${via === undefined ? '' : ` via ${via}`}` };
  return why.trim() === '' ? [by] : [by, { name: 'Kanban-Reason', value: `${id} given` }];
}
