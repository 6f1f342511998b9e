/**
 * Characters that a reader does not see, or that turn the reading direction: control characters but for tab and line break,
 * what Unicode says has no picture by default (no width, directions, variants, tags, fillers), the blank of Braille, notes
 * between lines, and halves of characters. What a person types of them stays: within an emoji, and the joiners within a word
 * of a script that is written with them.
 * @param shown what stands in the place of such a character
 */
export const replaceHidden = (text: string, shown: (character: string) => string): string =>
  PLAIN.test(text)
    ? text
    : text.replaceAll(HIDDEN, (character: string, typed: string | undefined) => typed ?? shown(character));

/** They are shown by their numbers, `<U+202E>`. */
export const visibleText = (text: string): string => replaceHidden(text, numbered);

const numbered = (character: string): string =>
  `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;

/** Such a text has none of them. */
const PLAIN = /^[\t\n -~]*$/;

/** Variation selector 16 makes a sign an emoji, or a digit a keycap; the joiner makes one of two. */
const EMOJI = String.raw`(?<=\p{Extended_Pictographic})\uFE0F|(?<=[#*0-9])\uFE0F(?=\u20E3)|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}]\uFE0F?)\u200D(?=\p{Extended_Pictographic})`;
/** Scripts with joiners in words; U+061C turns the reading direction. */
const LETTER = `(?!\\u061C)[${['Arab', 'Syrc', 'Deva', 'Beng', 'Guru', 'Gujr', 'Orya', 'Taml', 'Telu', 'Knda', 'Mlym', 'Sinh'].map((script) => `\\p{Script=${script}}`).join('')}]`;
const IN_WORD = String.raw`(?<=${LETTER})[\u200C\u200D](?=${LETTER})`;
const HIDDEN = new RegExp(
  String.raw`(${EMOJI}|${IN_WORD})|[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028\u2029\u2800\uFFF9-\uFFFB\p{Default_Ignorable_Code_Point}\p{Cs}]`,
  'gu',
);
