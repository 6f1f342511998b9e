import { cutText, plainLine } from '../plain-text.ts';

/** Any text as one line of at most `most` characters: fields and trailers have no other form. */
export const oneLine = (text: string, most = 300): string => cutText(plainLine(text), most, '...');
