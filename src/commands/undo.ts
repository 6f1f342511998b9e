import { askAbout } from './program/ask.ts';
import type { Command } from './program/command.ts';

/** `kanban undo <id>` */
const run: Command = askAbout('undo');
export default run;
