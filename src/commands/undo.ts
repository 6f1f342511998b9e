import { askAbout } from './ask.ts';
import type { Command } from './command.ts';

/** `kanban undo <id>` */
const run: Command = askAbout('undo');
export default run;
