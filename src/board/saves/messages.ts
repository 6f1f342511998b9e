// Texts that a save leaves in the field `feedback`.

/** @param command prints the kept save */
export const otherTextSaved = (command: string): string => `another text of this entry was saved: ${command}`;
export const LEFT_OUT = 'left out by a save that may have been older; delete it again, or delete [PAUSED]';
export const CAME_BACK =
  'you deleted it, but a save that may have been older contains it; delete it again, or delete [PAUSED]';
