import { createHash } from 'node:crypto';

/** Of equal length whatever is given: a comparison takes the same time. */
export const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest();
