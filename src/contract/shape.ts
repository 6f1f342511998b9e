/**
 * Shapes for what another process wrote. A handful of lines and not zod: the runner and `kanban status` have to start in
 * milliseconds, and both read these files.
 */
export type Shape = (value: unknown) => boolean;

/** At most so many characters. */
export const text =
  (most = 1024 * 1024): Shape =>
  (value) =>
    typeof value === 'string' && value.length <= most;
export const flag: Shape = (value) => typeof value === 'boolean';
export const number: Shape = (value) => typeof value === 'number' && Number.isFinite(value);
/** Not below 0; what is not finite has become null by JSON. */
export const amount: Shape = (value) => number(value) && (value as number) >= 0;
/** Epoch ms up to the year 2096: what is beyond can't be printed as a date, or is no time. */
export const time: Shape = (value) => amount(value) && (value as number) < 4e12;
export const pid: Shape = (value) => Number.isSafeInteger(value) && (value as number) > 0;
/** A full object name: nothing else may become an argument of git. */
export const sha: Shape = (value) => typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value);

export const nullOr =
  (shape: Shape): Shape =>
  (value) =>
    value === null || shape(value);
export const optional =
  (shape: Shape): Shape =>
  (value) =>
    value === undefined || shape(value);
export const oneOf =
  (...values: readonly unknown[]): Shape =>
  (value) =>
    values.includes(value);
export const list =
  (shape: Shape, most = 100_000): Shape =>
  (value) =>
    Array.isArray(value) && value.length <= most && value.every((item) => shape(item));
/** Further keys are allowed: an older or newer version may have written it. */
export const object = (shapes: Readonly<Record<string, Shape>>): Shape => {
  const wanted = Object.entries(shapes);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const own = value as Readonly<Record<string, unknown>>;
    return wanted.every(([key, shape]) => shape(Object.hasOwn(own, key) ? own[key] : undefined));
  };
};

/** A shape as a type guard. @param shape must hold no value that is no `T` */
export const guard =
  <T>(shape: Shape) =>
  (value: unknown): value is T =>
    shape(value);
