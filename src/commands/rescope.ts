import { askAbout } from './ask.ts';
import type { Command } from './command.ts';

/** `kanban rescope <id>` */
const run: Command = askAbout('rescope');
export default run;
